using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Skips rows, then takes rows.</summary>
internal sealed class RangeOfRows(IDataView input, long skip, long take) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => input.GetRowCount() is { } count ? Math.Clamp(count - skip, 0, take) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(input.GetRowCursor(columnsNeeded), skip, take);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, long skip, long take) : WrappingCursor(input)
    {
        private long _left = take;
        private bool _skipped;

        public override long Position => _skipped && Input.Position >= 0 ? Input.Position - skip : -1;

        public override DataViewSchema Schema => Input.Schema;

        public override bool MoveNext()
        {
            for (var i = 0L; !_skipped && i < skip; i++)
            {
                if (!Input.MoveNext())
                    return false;
            }
            _skipped = true;
            return _left-- > 0 && Input.MoveNext();
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => Input.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Input.GetGetter<TValue>(column);
    }
}
