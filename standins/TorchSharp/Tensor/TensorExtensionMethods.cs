using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp;

public static class TensorExtensionMethods
{
    public static Parameter AsParameter(this Tensor tensor) => new(tensor);

    public static float ToSingle(this Tensor value) => value.ToScalar().ToSingle();
    public static double ToDouble(this Tensor value) => value.ToScalar().ToDouble();
    public static Half ToHalf(this Tensor value) => value.ToScalar().ToHalf();
    public static sbyte ToSByte(this Tensor value) => value.ToScalar().ToSByte();
    public static byte ToByte(this Tensor value) => value.ToScalar().ToByte();
    public static short ToInt16(this Tensor value) => value.ToScalar().ToInt16();
    public static int ToInt32(this Tensor value) => value.ToScalar().ToInt32();
    public static long ToInt64(this Tensor value) => value.ToScalar().ToInt64();
    public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();

    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new NotImplementedException(),
    };

    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        var here = tensor.device_type == DeviceType.CPU ? tensor : tensor.cpu();
        writer.Encode((int)here.dtype);
        var shape = here.shape;
        writer.Encode(shape.Length);
        foreach (var size in shape) writer.Encode(size);
        here.WriteBytesToStream(writer.BaseStream);
        if (!ReferenceEquals(here, tensor)) here.Dispose();
    }

    public static void Save(this Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
    }

    /// <summary>Reads into the tensor, whose type and shape must be those saved; skip only moves past them.</summary>
    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        if ((ScalarType)reader.Decode() != tensor.dtype) throw new ArgumentException("Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        var shape = new long[reader.Decode()];
        for (var i = 0; i < shape.Length; i++) shape[i] = reader.Decode();
        if (skip)
        {
            Skip(reader, tensor.dtype, shape);
            return;
        }
        if (!shape.SequenceEqual(tensor.shape)) throw new ArgumentException("Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        using var quiet = no_grad();
        using var here = torch.empty(shape, dtype: tensor.dtype);
        here.ReadBytesFromStream(reader.BaseStream);
        tensor.copy_(here);
    }

    public static Tensor? Load(BinaryReader reader, bool skip = false)
    {
        if (!skip) return Tensor.Load(reader);
        var type = (ScalarType)reader.Decode();
        var shape = new long[reader.Decode()];
        for (var i = 0; i < shape.Length; i++) shape[i] = reader.Decode();
        Skip(reader, type, shape);
        return null;
    }

    private static void Skip(BinaryReader reader, ScalarType type, long[] shape)
        => reader.BaseStream.Seek(shape.Aggregate(1L, (product, size) => product * size) * type.ElementSize(), SeekOrigin.Current);
}
