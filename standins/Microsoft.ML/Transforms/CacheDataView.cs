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

    /// <summary>Sees to it that columns are in memory, and returns them.</summary>
    public Stored Fill(IEnumerable<DataViewSchema.Column> columns)
    {
        lock (_lock)
        {
            DataViewSchema.Column[] wanted = [.. columns.DistinctBy(column => column.Index)];
            DataViewSchema.Column[] missing = [.. wanted.Where(column => !_columns.ContainsKey(column.Index))];
            if (missing.Length > 0 || _ids == null)
                Read(missing);
            return new Stored(wanted.ToDictionary(column => column.Index, column => _columns[column.Index]), _ids, _count.Value);
        }
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var stored = Fill(columnsNeeded ?? []);
        int[] order = [.. Enumerable.Range(0, stored.Count)];
        rand?.Shuffle(order);
        return new Cursor(Schema, stored, order);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private void Read(DataViewSchema.Column[] columns)
    {
        using var cursor = input.GetRowCursor(columns);
        var stores = columns.ToDictionary(column => column.Index, column => StoredColumn.For(cursor, column));
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

    /// <summary>Columns in memory, the identities of the rows and their number.</summary>
    internal sealed record Stored(IReadOnlyDictionary<int, StoredColumn> Columns, StoredColumn Ids, int Count);

    private sealed class Cursor(DataViewSchema schema, Stored stored, int[] order) : DataViewRowCursor
    {
        private int _position = -1;
        private bool _ended;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public override bool MoveNext()
        {
            _ended |= _position + 1 >= order.Length;
            _position = _ended ? -1 : _position + 1;
            return !_ended;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => stored.Columns.ContainsKey(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)stored.Ids.Getter(Slot);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.Param(IsColumnActive(column), nameof(column), "requested column not active");
            return Getters.Typed<TValue>(stored.Columns[column.Index].Getter(Slot), column);
        }

        private int Slot()
        {
            Check.State(_position >= 0, Getters.NoCurrentRow);
            return order[_position];
        }
    }
}
