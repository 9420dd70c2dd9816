namespace Microsoft.ML.Data;

/// <summary>The objects of a sequence as rows; each cursor enumerates the sequence anew, as far as it is read.</summary>
internal sealed class EnumerableDataView<TRow>(IEnumerable<TRow> rows, SchemaDefinition definition) : IDataView
    where TRow : class
{
    private readonly ObjectColumns _columns = new(typeof(TRow), definition, SchemaDefinition.Direction.Read);

    public bool CanShuffle => false;

    public DataViewSchema Schema => _columns.Schema;

    public long? GetRowCount() => (rows as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = Getters.Active(Schema, columnsNeeded);
        return new Cursor(rows.GetEnumerator(), new ObjectRow<TRow>(_columns, index => active[index]));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(IEnumerator<TRow> rows, ObjectRow<TRow> row) : DataViewRowCursor
    {
        private bool _ended;

        public override long Position => row.Position;

        public override long Batch => row.Batch;

        public override DataViewSchema Schema => row.Schema;

        public override bool MoveNext()
        {
            if (_ended)
                return false;
            if (!rows.MoveNext())
            {
                Dispose();
                return false;
            }
            row.Current = rows.Current ?? throw Fail.State("Encountered null when iterating over data, this is not supported.");
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter()
        {
            var getter = row.GetIdGetter();
            return (ref DataViewRowId id) =>
            {
                Check.State(Position >= 0, Getters.NoCurrentRow);
                getter(ref id);
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (_ended || !disposing)
                return;
            _ended = true;
            row.Clear();
            rows.Dispose();
        }
    }
}
