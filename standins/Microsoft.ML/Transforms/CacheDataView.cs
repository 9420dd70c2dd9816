namespace Microsoft.ML.Data;

/// <summary>Keeps the values of the columns that have been read in memory; the source is read once for each new set of columns.</summary>
internal sealed class CacheDataView(IDataView input) : IDataView
{
    private readonly Dictionary<int, StoredColumn> _columns = [];
    private readonly Lock _lock = new();
    private StoredColumn _ids;
    private int? _count;

    public bool CanShuffle => true;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => _count ?? input.GetRowCount();

    public void Fill(IEnumerable<DataViewSchema.Column> columns)
    {
        lock (_lock)
        {
            DataViewSchema.Column[] missing = [.. columns.Where(column => !_columns.ContainsKey(column.Index))
                .DistinctBy(column => column.Index)];
            if (missing.Length == 0 && _ids != null)
                return;
            using var cursor = input.GetRowCursor(missing);
            var stores = missing.ToDictionary(column => column.Index, column => StoredColumn.For(cursor, column));
            var ids = StoredColumn.ForIds(cursor);
            var row = 0;
            for (; cursor.MoveNext(); row++)
            {
                foreach (var store in stores.Values)
                    store.Store(row);
                ids.Store(row);
            }
            foreach (var (index, store) in stores)
                _columns.Add(index, store);
            _ids = ids;
            _count = row;
        }
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        columnsNeeded = [.. columnsNeeded ?? []];
        var active = Getters.Active(Schema, columnsNeeded);
        Fill(columnsNeeded);
        int[] order = [.. Enumerable.Range(0, _count.Value)];
        rand?.Shuffle(order);
        return new Cursor(this, active, order);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IReadOnlyDictionary<int, StoredColumn> Columns => _columns;

    private StoredColumn Ids => _ids;

    private sealed class Cursor(CacheDataView view, bool[] active, int[] order) : DataViewRowCursor
    {
        private int _position = -1;
        private bool _ended;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext()
        {
            _ended |= _position + 1 >= order.Length;
            _position = _ended ? -1 : _position + 1;
            return !_ended;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)view.Ids.Getter(Slot);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.Param(IsColumnActive(column), nameof(column), "requested column not active");
            return Getters.Typed<TValue>(view.Columns[column.Index].Getter(Slot), column);
        }

        private int Slot()
        {
            Check.State(_position >= 0, Getters.NoCurrentRow);
            return order[_position];
        }
    }
}
