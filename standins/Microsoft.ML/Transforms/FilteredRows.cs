using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Says of each row that a cursor comes to whether it is kept.</summary>
internal interface IRowFilter
{
    /// <summary>The columns that the decision needs.</summary>
    IEnumerable<DataViewSchema.Column> Columns { get; }

    Func<bool> Start(DataViewRowCursor cursor);

    /// <summary>Whether rows may come in any order.</summary>
    bool AllowsShuffle { get; }
}

/// <summary>The rows of a data view that a filter keeps.</summary>
internal sealed class FilteredRows(IDataView input, IRowFilter filter) : IDataView
{
    public bool CanShuffle => input.CanShuffle && filter.AllowsShuffle;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        columnsNeeded = [.. columnsNeeded ?? []];
        var active = Getters.Active(Schema, columnsNeeded);
        var cursor = input.GetRowCursor(
            columnsNeeded.Concat(filter.Columns).DistinctBy(column => column.Index), CanShuffle ? rand : null);
        return new Cursor(cursor, active, filter.Start(cursor));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, bool[] active, Func<bool> accepts) : WrappingCursor(input)
    {
        private long _position = -1;

        public override long Position => _position;

        public override DataViewSchema Schema => Input.Schema;

        public override bool MoveNext()
        {
            while (Input.MoveNext())
            {
                if (!accepts())
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.State(IsColumnActive(column), $"Column '{column.Name}' is not active");
            return Input.GetGetter<TValue>(column);
        }
    }
}
