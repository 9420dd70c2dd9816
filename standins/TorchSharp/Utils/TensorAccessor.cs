using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor on the CPU, read and written in place, row by row whatever the strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly Tensor tensor;
    private readonly T* data;

    internal TensorAccessor(Tensor tensor)
    {
        RequireCpu(tensor);
        data = (T*)tensor.Address;
        this.tensor = tensor;
    }

    public long Count => tensor.numel();

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get => *At(indices);
        set => *At(indices) = value;
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var room = array.Length > arrayIndex ? array[arrayIndex..] : [];
        var count = (int)Math.Min(room.Length, Math.Max(0, Count - tensorIndex));
        if (tensor.is_contiguous()) new ReadOnlySpan<T>(data + tensorIndex, count).CopyTo(room);
        else for (var i = 0; i < count; i++) room[i] = data[Offset(tensor, tensorIndex + i)];
        GC.KeepAlive(tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var from = array.Length > arrayIndex ? array[arrayIndex..] : [];
        var count = (int)Math.Min(from.Length, Math.Max(0, Count - tensorIndex));
        if (tensor.is_contiguous()) from[..count].CopyTo(new Span<T>(data + tensorIndex, count));
        else for (var i = 0; i < count; i++) data[Offset(tensor, tensorIndex + i)] = from[i];
        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
    }

    internal static T ReadItemAt(Tensor tensor, long index)
    {
        RequireCpu(tensor);
        tensor.ValidateType(typeof(T));
        return ((T*)tensor.Address)[Offset(tensor, index)];
    }

    private static void RequireCpu(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
    }

    private static long Offset(Tensor tensor, long index)
    {
        if (index < 0 || index >= tensor.numel()) throw new ArgumentOutOfRangeException(nameof(index), $"{index} in a collection of {tensor.numel()} elements.");
        if (index == 0 || tensor.is_contiguous()) return index;
        long[] shape = tensor.shape, strides = tensor.stride();
        var offset = 0L;
        for (var dim = shape.Length - 1; dim >= 0; dim--)
        {
            (index, var position) = Math.DivRem(index, shape[dim]);
            offset += position * strides[dim];
        }
        return offset;
    }

    private T* At(long[] indices)
    {
        if (indices.Length == 1) return data + (indices[0] < Count ? Offset(tensor, indices[0]) : throw new IndexOutOfRangeException());
        long[] shape = tensor.shape, strides = tensor.stride();
        var offset = 0L;
        for (var dim = 0; dim < shape.Length; dim++)
        {
            if (indices[dim] < 0 || indices[dim] >= shape[dim]) throw new IndexOutOfRangeException($"{indices[dim]} >= {shape[dim]} in dimension {dim}.");
            offset += indices[dim] * strides[dim];
        }
        return data + offset;
    }
}
