using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Rows in another order: each row is drawn from a pool of those that come next.</summary>
internal sealed class ShuffledRows(IDataView input, uint seed, int poolSize, bool shuffleSource) : IDataView
{
    public bool CanShuffle => true;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        columnsNeeded = [.. columnsNeeded ?? []];
        rand ??= new TauswortheRandom(seed);
        var source = shuffleSource && input.CanShuffle ? new TauswortheRandom(rand) : null;
        return new Cursor(input.GetRowCursor(columnsNeeded, source), columnsNeeded, rand, poolSize);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : WrappingCursor
    {
        private readonly Dictionary<int, StoredColumn> _columns;
        private readonly StoredColumn _ids;
        private readonly List<int> _waiting = [];
        private readonly Random _random;
        private readonly int _poolSize;
        private int _current = -1;
        private int _slots;
        private long _position = -1;
        private bool _sourceEnded;

        public Cursor(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columns, Random random, int poolSize)
            : base(input)
        {
            _columns = columns.DistinctBy(column => column.Index)
                .ToDictionary(column => column.Index, column => StoredColumn.For(input, column));
            _ids = StoredColumn.ForIds(input);
            _random = random;
            _poolSize = poolSize;
        }

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => Input.Schema;

        public override bool MoveNext()
        {
            var free = _current;
            _current = -1;
            while (!_sourceEnded && _waiting.Count < _poolSize)
            {
                if (!Input.MoveNext())
                {
                    _sourceEnded = true;
                    break;
                }
                var slot = free >= 0 ? free : _slots++;
                free = -1;
                foreach (var column in _columns.Values)
                    column.Store(slot);
                _ids.Store(slot);
                _waiting.Add(slot);
            }
            if (_waiting.Count == 0)
            {
                _position = -1;
                return false;
            }
            var drawn = _random.Next(_waiting.Count);
            _current = _waiting[drawn];
            _waiting[drawn] = _waiting[^1];
            _waiting.RemoveAt(_waiting.Count - 1);
            _position++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _columns.ContainsKey(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.Getter(Slot);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.State(IsColumnActive(column), $"Column '{column.Name}' is not active");
            return Getters.Typed<TValue>(_columns[column.Index].Getter(Slot), column);
        }

        private int Slot()
        {
            Check.State(_current >= 0, Getters.NoCurrentRow);
            return _current;
        }
    }
}
