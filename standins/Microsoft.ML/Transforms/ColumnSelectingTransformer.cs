using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel), "Select Columns Transform",
    ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Keeps the named columns, in the order of the names; or drops them.</summary>
public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private static readonly VersionInfo s_version = new(
        modelSignature: "SELCOLST", verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
        loaderAssemblyName: LoaderAssemblies.Data, loaderSignature: LoaderSignature);

    private readonly string[] _names;
    private readonly bool _keep;
    private readonly bool _keepHidden;
    private readonly bool _ignoreMissing;

    internal ColumnSelectingTransformer(string[] names, bool keep, bool keepHidden, bool ignoreMissing)
    {
        Check.State(names is { Length: > 0 }, "Neither keepColumns and dropColumns is set. Exactly one must be specified.");
        _names = names;
        _keep = keep;
        _keepHidden = keepHidden;
        _ignoreMissing = ignoreMissing;
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Check.NotNull(inputSchema, nameof(inputSchema));
        return Select(new EmptyDataView(inputSchema), nameof(inputSchema)).Schema;
    }

    public IDataView Transform(IDataView input)
    {
        Check.NotNull(input, nameof(input));
        return Select(input, nameof(input));
    }

    internal bool Keeps(string name) => _names.Contains(name) == _keep;

    internal void CheckNames(IEnumerable<string> names, string parameter)
    {
        string[] missing = _ignoreMissing ? [] : [.. _names.Except(names)];
        if (missing.Length > 0)
            throw Fail.SchemaMismatch(parameter, "input", string.Join(",", missing));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Check.NotNull(inputSchema, nameof(inputSchema));
        return Select(new EmptyDataView(inputSchema), nameof(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(s_version);
        ctx.Writer.Write(_keep);
        ctx.Writer.Write(_keepHidden);
        ctx.Writer.Write(_ignoreMissing);
        ctx.Writer.Write(_names.Length);
        foreach (var name in _names)
            ctx.SaveNonEmptyString(name);
    }

    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(s_version);
        var (keep, keepHidden, ignoreMissing) = (ctx.Reader.ReadBoolean(), ctx.Reader.ReadBoolean(), ctx.Reader.ReadBoolean());
        var count = ctx.Reader.ReadInt32();
        Check.Decode(count > 0);
        var names = new List<string>();
        for (var i = 0; i < count; i++)
            names.Add(ctx.LoadNonEmptyString());
        return new ColumnSelectingTransformer([.. names], keep, keepHidden, ignoreMissing);
    }

    private SelectedColumns Select(IDataView input, string parameter)
    {
        CheckNames(input.Schema.Select(column => column.Name), parameter);
        return new SelectedColumns(input, _keep
            ? [.. _names.SelectMany(name => input.Schema.Where(column => column.Name == name && (_keepHidden || !column.IsHidden)))]
            : [.. input.Schema.Where(column => !_names.Contains(column.Name))]);
    }
}
