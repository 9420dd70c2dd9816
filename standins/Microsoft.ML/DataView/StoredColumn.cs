namespace Microsoft.ML.Data;

/// <summary>Values of one column copied out of a cursor, by slot.</summary>
internal abstract class StoredColumn
{
    public abstract void Store(int slot);

    /// <summary>A getter of the value in the slot that is current at the time.</summary>
    public abstract Delegate Getter(Func<int> slot);

    public static StoredColumn For(DataViewRow row, DataViewSchema.Column column) =>
        Dispatch.Call<StoredColumn>(typeof(StoredColumn), nameof(Make), column.Type.RawType, row, column);

    /// <summary>The identities of the rows, stored like a column.</summary>
    public static StoredColumn ForIds(DataViewRow row) => new Of<DataViewRowId>(row.GetIdGetter());

    private static StoredColumn Make<T>(DataViewRow row, DataViewSchema.Column column) => new Of<T>(row.GetGetter<T>(column));

    private sealed class Of<T>(ValueGetter<T> source) : StoredColumn
    {
        private readonly List<T> _values = [];
        private T _value;

        public override void Store(int slot)
        {
            source(ref _value);
            T copy = default;
            Copies.Copy(_value, ref copy);
            if (slot == _values.Count)
                _values.Add(copy);
            else
                _values[slot] = copy;
        }

        public override Delegate Getter(Func<int> slot) => (ValueGetter<T>)((ref T value) => Copies.Copy(_values[slot()], ref value));
    }
}
