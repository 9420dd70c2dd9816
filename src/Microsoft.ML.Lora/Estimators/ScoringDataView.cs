
namespace Microsoft.ML.Lora;

/// <summary>Rows with their scores, which are worked out as a cursor comes by.</summary>
internal sealed class ScoringDataView(ScoringMapper mapper, IDataView input) : IDataView
{
    public bool CanShuffle => input.CanShuffle;
    public DataViewSchema Schema => mapper.OutputSchema;
    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        return new ReadAheadCursor(mapper, input.GetRowCursor(mapper.InputColumns(needed), rand), needed);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
