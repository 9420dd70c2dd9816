namespace Microsoft.ML.Data;

/// <summary>A transformer that computes each of its columns from one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase(IHost host, params (string Output, string Input)[] columns)
        : base(host)
    {
        Check.NotNull(columns, nameof(columns));
        var outputs = new HashSet<string>();
        foreach (var (output, input) in columns)
        {
            Check.NotEmpty(input, nameof(columns));
            Check.NotEmpty(output, nameof(columns));
            Check.Param(outputs.Add(output), nameof(columns), $"Name of the result column '{output}' specified multiple times");
        }
        Columns = columns;
    }

    private protected OneToOneTransformerBase(IHost host, ModelLoadContext ctx)
        : this(host, ReadColumns(ctx))
    {
    }

    internal (string Output, string Input)[] Columns { get; }

    private protected void SaveColumns(ModelSaveContext ctx)
    {
        ctx.Writer.Write(Columns.Length);
        foreach (var (output, input) in Columns)
        {
            ctx.SaveNonEmptyString(output);
            ctx.SaveNonEmptyString(input);
        }
    }

    private static (string, string)[] ReadColumns(ModelLoadContext ctx)
    {
        var count = ctx.Reader.ReadInt32();
        Check.Decode(count >= 0);
        var columns = new List<(string, string)>();
        for (var i = 0; i < count; i++)
            columns.Add((ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString()));
        return [.. columns];
    }

    /// <summary>Finds the input columns; each output depends on its own.</summary>
    private protected abstract class OneToOneMapper : RowMapper
    {
        protected OneToOneMapper(OneToOneTransformerBase parent, DataViewSchema schema) =>
            Sources = [.. parent.Columns.Select(pair =>
                schema.GetColumnOrNull(pair.Input) ?? throw Fail.SchemaMismatch("inputSchema", "input", pair.Input))];

        protected DataViewSchema.Column[] Sources { get; }

        public override IEnumerable<int> DependenciesOf(int output) => [Sources[output].Index];
    }
}
