namespace Microsoft.ML.Data;

/// <summary>A row computed from another at the same position.</summary>
internal abstract class WrappingRow(DataViewRow input) : DataViewRow
{
    protected DataViewRow Input => input;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
    }
}

/// <summary>A cursor computed from another, row by row.</summary>
internal abstract class WrappingCursor(DataViewRowCursor input) : DataViewRowCursor
{
    protected DataViewRowCursor Input => input;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool MoveNext() => input.MoveNext();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
    }
}

internal static class Getters
{
    public const string NoCurrentRow = "Values cannot be fetched at this time. This method was called either before the first call "
        + "to MoveNext, or at any point after MoveNext returned false.";

    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Invalid TValue in GetGetter for column #{column}: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");

    /// <summary>The getter of a column of any type.</summary>
    public static Delegate Of(DataViewRow row, DataViewSchema.Column column) =>
        Dispatch.Call<Delegate>(typeof(Getters), nameof(Get), column.Type.RawType, row, column);

    /// <summary>Which columns of a schema are among those needed.</summary>
    public static bool[] Active(DataViewSchema schema, IEnumerable<DataViewSchema.Column> needed)
    {
        var active = new bool[schema.Count];
        foreach (var column in needed ?? [])
        {
            Check.Param(column.Index < active.Length && schema[column.Index].Name == column.Name, nameof(needed),
                $"Column '{column.Name}' does not belong to the schema");
            active[column.Index] = true;
        }
        return active;
    }

    private static Delegate Get<TValue>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<TValue>(column);
}
