using static TorchSharp.torch;

namespace TorchSharp.Interop;

internal enum ArgumentKind
{
    Default, None, Tensor, Int, Double, Bool, IntList, TensorList, OptionalTensorList, String, Device, Generator
}

/// <summary>One argument of an operator, before it is laid out for the shim.</summary>
internal readonly struct Argument
{
    internal readonly ArgumentKind Kind;
    internal readonly long Bits;
    internal readonly object? Reference;

    private Argument(ArgumentKind kind, long bits = 0, object? reference = null) => (Kind, Bits, Reference) = (kind, bits, reference);

    /// <summary>What the operator's schema gives where the argument is left out.</summary>
    internal static Argument Default => default;

    internal static Argument None => new(ArgumentKind.None);

    /// <summary>A list in which null stands for a dimension that is not indexed.</summary>
    internal static Argument Optional(Tensor?[] tensors) => new(ArgumentKind.OptionalTensorList, tensors.Length, tensors);

    public static implicit operator Argument(Tensor? value) => value is null ? None : new(ArgumentKind.Tensor, 0, value);
    public static implicit operator Argument(Weight? value) => value is null ? None : new(ArgumentKind.Tensor, value.Handle, value);
    public static implicit operator Argument(Tensor[] value) => new(ArgumentKind.TensorList, value.Length, value);
    public static implicit operator Argument(long value) => new(ArgumentKind.Int, value);
    public static implicit operator Argument(long? value) => value is { } known ? known : None;
    public static implicit operator Argument(double value) => new(ArgumentKind.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Argument(double? value) => value is { } known ? known : None;
    public static implicit operator Argument(bool value) => new(ArgumentKind.Bool, value ? 1 : 0);
    public static implicit operator Argument(bool? value) => value is { } known ? known : None;
    public static implicit operator Argument(string? value) => value is null ? None : new(ArgumentKind.String, 0, value);
    public static implicit operator Argument(long[]? value) => value is null ? None : new(ArgumentKind.IntList, value.Length, value);
    public static implicit operator Argument(ReadOnlySpan<long> value) => value.ToArray();
    public static implicit operator Argument(ScalarType value) => new(ArgumentKind.Int, (long)value);
    public static implicit operator Argument(ScalarType? value) => value is { } known ? known : None;
    public static implicit operator Argument(Device? value) => value is null ? None : new(ArgumentKind.Device, value.index, value);
    public static implicit operator Argument(Generator? value) => value is null ? None : new(ArgumentKind.Generator, 0, value);
    public static implicit operator Argument(Scalar? value) => value is null ? None : value.Type switch
    {
        ScalarType.Bool => value.AsInteger != 0,
        ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16 => value.AsReal,
        _ => value.AsInteger,
    };
}
