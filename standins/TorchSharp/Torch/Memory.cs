using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

// Tensors over the memory of .NET arrays, which stay pinned for as long as libtorch holds them.
public static partial class torch
{
    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);
    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>Shares the array's memory where neither another type nor another device is asked for.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Over(rawArray, Shape(rawArray), 0, dtype, device, requires_grad, names);

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, ElementType(rawArray), device ?? CPU);

    /// <summary>One dimension over count elements of the array from offset on, sharing its memory.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        var length = rawArray.LongLength;
        if (offset < 0 || offset >= length) throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count < 0) count = length - offset;
        if (count > length - offset) throw new IndexOutOfRangeException($"element count is too large: {count}");
        return Over(rawArray, [count], offset, dtype, CPU, requires_grad, null);
    }

    internal static ScalarType ToScalarType(Type type)
    {
        if (type == typeof(float)) return ScalarType.Float32;
        if (type == typeof(double)) return ScalarType.Float64;
        if (type == typeof(Half)) return ScalarType.Float16;
        if (type == typeof(long)) return ScalarType.Int64;
        if (type == typeof(int)) return ScalarType.Int32;
        if (type == typeof(short)) return ScalarType.Int16;
        if (type == typeof(sbyte)) return ScalarType.Int8;
        if (type == typeof(byte)) return ScalarType.Byte;
        if (type == typeof(bool)) return ScalarType.Bool;
        throw new NotSupportedException($"The type {type.FullName} is not supported.");
    }

    private static Tensor From(Array array, ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        => Over((Array)array.Clone(), shape, 0, dtype, device, requiresGrad, names);

    private static unsafe Tensor Over(Array array, ReadOnlySpan<long> shape, long offset, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
    {
        var total = 1L;
        foreach (var size in shape) total *= size;
        if (total > array.LongLength - offset) throw new ArgumentException($"mismatched total size creating a tensor from an array: {total} vs. {array.LongLength - offset}");
        var own = ElementType(array);
        var place = InitializeDevice(device);
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        var from = pin.AddrOfPinnedObject() + (nint)(offset * own.ElementSize());
        nint made;
        fixed (long* sizes = shape) made = Shim.shim_tensor_from_memory(from, sizes, shape.Length, (int)own, &Release, GCHandle.ToIntPtr(pin));
        if (made == 0)
        {
            pin.Free();
            throw Shim.LastError();
        }
        var shared = new Tensor(made);
        var same = (dtype ?? own) == own && place.type == DeviceType.CPU;
        return Finish(same ? shared : shared.to(dtype ?? own, place, disposeAfter: true), requiresGrad, names);
    }

    [UnmanagedCallersOnly]
    private static void Release(nint pin) => GCHandle.FromIntPtr(pin).Free();

    private static ScalarType ElementType(Array array) => ToScalarType(array.GetType().GetElementType()!);

    private static long[] Shape(Array array) => Enumerable.Range(0, array.Rank).Select(dim => (long)array.GetLength(dim)).ToArray();
}
