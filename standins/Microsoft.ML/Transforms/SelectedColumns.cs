using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Some columns of a data view.</summary>
internal sealed class SelectedColumns : IDataView, IRowToRowMapper
{
    private readonly IDataView _input;
    private readonly DataViewSchema.Column[] _sources;

    public SelectedColumns(IDataView input, DataViewSchema.Column[] sources)
    {
        _input = input;
        _sources = sources;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(sources);
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public DataViewSchema InputSchema => _input.Schema;

    public DataViewSchema OutputSchema => Schema;

    public bool CanShuffle => _input.CanShuffle;

    public long? GetRowCount() => _input.GetRowCount();

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        [.. dependingColumns.Select(column => _sources[column.Index]).DistinctBy(column => column.Index).OrderBy(column => column.Index)];

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new Row(input, this);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        columnsNeeded = [.. columnsNeeded ?? []];
        var active = Getters.Active(Schema, columnsNeeded);
        return new Cursor(_input.GetRowCursor(GetDependencies(columnsNeeded), rand), this, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Row(DataViewRow input, SelectedColumns view) : WrappingRow(input)
    {
        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            Input.GetGetter<TValue>(view._sources[column.Index]);
    }

    private sealed class Cursor(DataViewRowCursor input, SelectedColumns view, bool[] active) : WrappingCursor(input)
    {
        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.State(IsColumnActive(column), $"Column '{column.Name}' is not active");
            return Input.GetGetter<TValue>(view._sources[column.Index]);
        }
    }
}
