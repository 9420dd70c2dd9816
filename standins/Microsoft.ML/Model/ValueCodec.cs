using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>How types and values are written in binary data view files and in the vocabularies of models.</summary>
internal static class ValueCodec
{
    private const string VectorName = "VBuffer";
    private const string KeyName = "Key2";
    private const string TextName = "TextSpan";

    private static readonly Dictionary<string, PrimitiveDataViewType> s_simple = new PrimitiveDataViewType[]
    {
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
        NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
        NumberDataViewType.Single, NumberDataViewType.Double, TextDataViewType.Instance, BooleanDataViewType.Instance,
        TimeSpanDataViewType.Instance, DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, RowIdDataViewType.Instance,
    }.ToDictionary(SimpleName);

    /// <summary>Writes a type: the codec's name, the byte length of its parameters, the parameters.</summary>
    public static void WriteType(BinaryWriter writer, DataViewType type)
    {
        using var parameters = new MemoryStream();
        using var inner = new BinaryWriter(parameters, Encoding.UTF8);
        switch (type)
        {
            case KeyDataViewType key:
                writer.Write(KeyName);
                WriteType(inner, PrimitiveTypes.OfRawType(key.RawType));
                inner.Write(key.Count);
                break;
            case VectorDataViewType vector:
                writer.Write(VectorName);
                WriteType(inner, vector.ItemType);
                inner.Write(vector.Dimensions.Length);
                foreach (var dimension in vector.Dimensions)
                    inner.Write(dimension);
                break;
            default:
                writer.Write(SimpleName(type));
                break;
        }
        inner.Flush();
        writer.Write7BitEncodedInt((int)parameters.Length);
        writer.Write(parameters.GetBuffer().AsSpan(0, (int)parameters.Length));
    }

    public static DataViewType ReadType(BinaryReader reader)
    {
        var name = reader.ReadString();
        var end = reader.Read7BitEncodedInt() + reader.BaseStream.Position;
        var type = ReadParameters(reader, name);
        Check.Decode(reader.BaseStream.Position == end);
        return type;
    }

    /// <summary>Writes one value of a type.</summary>
    public static void WriteValue<T>(BinaryWriter writer, DataViewType type, T value)
    {
        if (type is VectorDataViewType vector)
            Dispatch.Call(typeof(ValueCodec), nameof(WriteVector), [vector.ItemType.RawType], writer, vector, value);
        else
            WriteItems<T>(writer, [value]);
    }

    public static T ReadValue<T>(BinaryReader reader, DataViewType type) =>
        type is VectorDataViewType vector
            ? (T)Dispatch.Call(typeof(ValueCodec), nameof(ReadVector), [vector.ItemType.RawType], reader, vector)
            : ReadItems<T>(reader, 1)[0];

    /// <summary>Writes items of a primitive type, their number not included.</summary>
    public static void WriteItems<T>(BinaryWriter writer, ReadOnlySpan<T> items)
    {
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
        {
            var text = new StringBuilder();
            writer.Write(items.Length);
            foreach (var item in items)
                writer.Write(text.Append((ReadOnlyMemory<char>)(object)item).Length);
            writer.Write(text.ToString());
        }
        else if (typeof(T) == typeof(bool))
        {
            for (var i = 0; i < items.Length; i += 8)
            {
                var bits = 0;
                for (var j = i; j < Math.Min(i + 8, items.Length); j++)
                    bits |= (bool)(object)items[j] ? 1 << (j - i) : 0;
                writer.Write((byte)bits);
            }
        }
        else if (typeof(T) == typeof(DateTime))
        {
            foreach (var item in items)
                writer.Write(((DateTime)(object)item).Ticks);
        }
        else if (typeof(T) == typeof(DateTimeOffset))
        {
            foreach (var item in items)
                writer.Write((short)((DateTimeOffset)(object)item).Offset.TotalMinutes);
            foreach (var item in items)
                writer.Write(((DateTimeOffset)(object)item).DateTime.Ticks);
        }
        else
        {
            ref var first = ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items));
            writer.Write(MemoryMarshal.CreateReadOnlySpan(ref first, items.Length * Unsafe.SizeOf<T>()));
        }
    }

    public static T[] ReadItems<T>(BinaryReader reader, int count)
    {
        Check.Decode(count >= 0 && count <= 8 * (reader.BaseStream.Length - reader.BaseStream.Position));
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
            return (T[])(object)ReadTexts(reader, count);
        if (typeof(T) == typeof(bool))
        {
            var bytes = Exactly(reader, (count + 7) / 8);
            return (T[])(object)Enumerable.Range(0, count).Select(i => (bytes[i / 8] >> (i % 8) & 1) != 0).ToArray();
        }
        if (typeof(T) == typeof(DateTime))
            return (T[])(object)ReadItems<long>(reader, count).Select(ticks => new DateTime(ticks)).ToArray();
        if (typeof(T) == typeof(DateTimeOffset))
        {
            var offsets = ReadItems<short>(reader, count);
            return (T[])(object)ReadItems<long>(reader, count)
                .Zip(offsets, (ticks, minutes) => new DateTimeOffset(new DateTime(ticks), TimeSpan.FromMinutes(minutes))).ToArray();
        }

        var items = new T[count];
        ref var first = ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(items));
        Exactly(reader, count * Unsafe.SizeOf<T>()).CopyTo(MemoryMarshal.CreateSpan(ref first, count * Unsafe.SizeOf<T>()));
        return items;
    }

    private static void WriteVector<T>(BinaryWriter writer, VectorDataViewType type, VBuffer<T> value)
    {
        const int oneVector = 1, dense = -1;
        Check.State(type.Size == 0 || value.Length == type.Size,
            $"Length mismatch: expected {type.Size} slots but got {value.Length}");
        writer.Write(oneVector);
        writer.Write(value.Length);
        if (value.Length == 0)
            writer.Write(value.Length);
        writer.Write(value.IsDense ? dense : value.GetValues().Length);
        writer.Write(value.GetIndices().Length);
        foreach (var index in value.GetIndices())
            writer.Write(index);
        WriteItems(writer, value.GetValues());
    }

    private static VBuffer<T> ReadVector<T>(BinaryReader reader, VectorDataViewType type)
    {
        const int dense = -1;
        Check.Decode(reader.ReadInt32() == 1);
        var length = reader.ReadInt32();
        Check.Decode(type.IsKnownSize ? length == type.Size : length >= 0);
        if (length == 0)
            length = reader.ReadInt32();
        var count = reader.ReadInt32();
        var indexCount = reader.ReadInt32();
        Check.Decode(length >= 0 && (count == dense ? indexCount == 0 : count >= 0 && count < length && indexCount == count));
        var indices = ReadItems<int>(reader, indexCount);
        for (var i = 0; i < indices.Length; i++)
            Check.Decode(indices[i] > (i == 0 ? -1 : indices[i - 1]) && indices[i] < length);
        var stored = count == dense ? length : count;
        return new VBuffer<T>(length, stored, ReadItems<T>(reader, stored), indices);
    }

    private static ReadOnlyMemory<char>[] ReadTexts(BinaryReader reader, int count)
    {
        Check.Decode(reader.ReadInt32() == count);
        var ends = ReadItems<int>(reader, count);
        var text = reader.ReadString().AsMemory();
        for (var i = 0; i < count; i++)
            Check.Decode(ends[i] >= (i == 0 ? 0 : ends[i - 1]) && ends[i] <= text.Length);
        return [.. ends.Select((end, i) => text[(i == 0 ? 0 : ends[i - 1])..end])];
    }

    private static DataViewType ReadParameters(BinaryReader reader, string name)
    {
        if (s_simple.TryGetValue(name, out var simple))
            return simple;
        Check.Decode(name is KeyName or VectorName, $"Did not recognize value codec signature '{name}'");
        var item = ReadType(reader) as PrimitiveDataViewType;
        Check.Decode(item != null);
        if (name == KeyName)
            return new KeyDataViewType(item.RawType, reader.ReadUInt64());
        var dimensions = ReadItems<int>(reader, reader.ReadInt32());
        Check.Decode(dimensions.All(d => d >= 0));
        return dimensions.Length > 0 ? new VectorDataViewType(item, dimensions) : new VectorDataViewType(item);
    }

    private static string SimpleName(DataViewType type) => type is TextDataViewType ? TextName : type.RawType.Name;

    private static byte[] Exactly(BinaryReader reader, int count)
    {
        var bytes = reader.ReadBytes(count);
        Check.Decode(bytes.Length == count);
        return bytes;
    }
}
