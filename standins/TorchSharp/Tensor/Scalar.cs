using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number as an operator takes it: an integer, a real or a truth value.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long integer;
    private readonly double real;

    internal Scalar(long value, ScalarType type) => (integer, real, Type) = (value, value, type);

    internal Scalar(double value, ScalarType type) => (integer, real, Type) = (double.IsFinite(value) ? (long)value : 0, value, type);

    public ScalarType Type { get; }

    internal long AsInteger => integer;

    internal double AsReal => real;

    public void Dispose()
    {
    }

    public static implicit operator Scalar(byte value) => new((long)value, ScalarType.Int64);
    public static implicit operator Scalar(sbyte value) => new((long)value, ScalarType.Int64);
    public static implicit operator Scalar(short value) => new((long)value, ScalarType.Int64);
    public static implicit operator Scalar(int value) => new((long)value, ScalarType.Int64);
    public static implicit operator Scalar(long value) => new(value, ScalarType.Int64);
    public static implicit operator Scalar(Half value) => new((double)value, ScalarType.Float64);
    public static implicit operator Scalar(float value) => new((double)value, ScalarType.Float64);
    public static implicit operator Scalar(double value) => new(value, ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(value ? 1L : 0L, ScalarType.Bool);
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this Half value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;

    public static float ToSingle(this Scalar value) => (float)value.AsReal;
    public static double ToDouble(this Scalar value) => value.AsReal;
    public static Half ToHalf(this Scalar value) => (Half)value.AsReal;
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.AsInteger;
    public static byte ToByte(this Scalar value) => (byte)value.AsInteger;
    public static short ToInt16(this Scalar value) => (short)value.AsInteger;
    public static int ToInt32(this Scalar value) => (int)value.AsInteger;
    public static long ToInt64(this Scalar value) => value.AsInteger;
    public static bool ToBoolean(this Scalar value) => value.AsReal != 0;
}
