using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>Keeps a column's values of the rows that were read ahead.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>A buffer for <paramref name="column"/> of <paramref name="row"/>, of the type that suits it.</summary>
    public static ColumnBuffer Create(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        var (definition, item) = column.Type is VectorDataViewType vector
            ? (typeof(VectorBuffer<>), vector.ItemType.RawType)
            : (typeof(ScalarBuffer<>), column.Type.RawType);
        return (ColumnBuffer)Activator.CreateInstance(definition.MakeGenericType(item), row, column, capacity)!;
    }

    /// <summary>Takes the value of the row that the source stands on.</summary>
    public abstract void Store(int index);

    /// <summary>A getter of the value that <paramref name="index"/> points at when it is called.</summary>
    public abstract Delegate Getter(Func<int> index);
}

/// <summary>Values that may be copied by assignment.</summary>
internal sealed class ScalarBuffer<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBuffer
{
    private readonly ValueGetter<T> _source = row.GetGetter<T>(column);
    private readonly T[] _values = new T[capacity];

    public override void Store(int index)
    {
        _values[index] = default!;
        _source(ref _values[index]);
    }

    public override Delegate Getter(Func<int> index) => (ValueGetter<T>)((ref T value) => value = _values[index()]);
}

/// <summary>Vectors, whose memory the consumer may write to, so that it gets a copy.</summary>
internal sealed class VectorBuffer<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBuffer
{
    private readonly ValueGetter<VBuffer<T>> _source = row.GetGetter<VBuffer<T>>(column);
    private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

    public override void Store(int index) => _source(ref _values[index]);

    public override Delegate Getter(Func<int> index) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[index()].CopyTo(ref value));
}
