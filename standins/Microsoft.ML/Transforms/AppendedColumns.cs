namespace Microsoft.ML.Data;

/// <summary>
/// The schema of an input with columns added: a new name goes to the end, a known one right behind the column it hides.
/// </summary>
internal sealed class AppendedColumns
{
    private readonly List<(bool Added, int Index)> _sources;

    public AppendedColumns(DataViewSchema input, IReadOnlyList<DataViewSchema.DetachedColumn> added)
    {
        Input = input;
        _sources = [.. input.Select(column => (false, column.Index))];
        for (var i = 0; i < added.Count; i++)
        {
            var hidden = _sources.FindLastIndex(source => NameOf(source, added) == added[i].Name);
            _sources.Insert(hidden < 0 ? _sources.Count : hidden + 1, (true, i));
        }

        var builder = new DataViewSchema.Builder();
        foreach (var (isAdded, index) in _sources)
        {
            if (isAdded)
                builder.AddColumns([added[index]]);
            else
                builder.AddColumns([input[index]]);
        }
        Schema = builder.ToSchema();
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Schema { get; }

    /// <summary>Where an output column comes from: whether it is an added one, and its index there.</summary>
    public (bool Added, int Index) SourceOf(int column) => _sources[column];

    private string NameOf((bool Added, int Index) source, IReadOnlyList<DataViewSchema.DetachedColumn> added) =>
        source.Added ? added[source.Index].Name : Input[source.Index].Name;
}
