using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Lora.Tests.Formats;

/// <summary>Safetensors files made by hand.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A sound file: "a" F32 [2, 2], "b" I64 [1], "c" F16 [2], "d" BF16 [1], "empty" F32 [0, 3].</summary>
    public static byte[] Sound() => Of(
        """
        {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},"c":{"dtype":"F16","shape":[2],"data_offsets":[24,28]},"d":{"dtype":"BF16","shape":[1],"data_offsets":[28,30]},"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[30,30]}}
        """,
        [
            .. Bytes(1f), .. Bytes(-2.5f), .. Bytes(float.PositiveInfinity), .. Bytes(1e-40f),
            .. BitConverter.GetBytes(long.MinValue + 3),
            .. BitConverter.GetBytes((Half)1.5f), .. BitConverter.GetBytes((Half)(-0.25f)),
            0xC0, 0x3F,
        ]);

    /// <summary>A file of this header, padded to a multiple of 8, and this data.</summary>
    public static byte[] Of(string header, params byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return Framed([.. json, .. Enumerable.Repeat((byte)' ', (8 - (json.Length % 8)) % 8)], data);
    }

    /// <summary>A file of just these header bytes and this data.</summary>
    public static byte[] Framed(byte[] header, params byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    private static byte[] Bytes(float value) => BitConverter.GetBytes(value);
}
