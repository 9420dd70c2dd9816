using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>A schema as a binary data view file without rows, which is how model zips hold the schema of their input.</summary>
internal static class SchemaFile
{
    private const ulong FileSignature = 0x00425644004C4D43;
    private const ulong TailSignature = 0x434D4C0044564200;
    private const ulong Version = 0x0001000100010006;
    private const int HeaderSize = 256;

    private enum Compression : byte
    {
        None = 0,
        Deflate = 1,
    }

    public static void Write(Stream stream, DataViewSchema schema)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(new byte[HeaderSize]);
        var blocks = stream.Position;
        var annotations = schema.Select(column => WriteAnnotations(writer, column.Annotations)).ToArray();
        var contents = stream.Position;
        foreach (var column in schema)
        {
            writer.Write(column.Name);
            ValueCodec.WriteType(writer, column.Type);
            writer.Write((byte)Compression.Deflate);
            const int rowsPerBlock = 1;
            writer.Write7BitEncodedInt(rowsPerBlock);
            writer.Write(blocks);
            writer.Write(annotations[column.Index]);
        }
        var tail = stream.Position;
        writer.Write(TailSignature);

        stream.Position = 0;
        writer.Write(FileSignature);
        writer.Write(Version);
        writer.Write(Version);
        writer.Write(contents);
        writer.Write(tail);
        const long rowCount = 0;
        writer.Write(rowCount);
        writer.Write(schema.Count);
        stream.Position = stream.Length;
    }

    public static DataViewSchema Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        Check.Decode(stream.Length >= HeaderSize && reader.ReadUInt64() == FileSignature, "The schema is not a binary data view file");
        reader.ReadUInt64();
        Check.Decode(reader.ReadUInt64() <= Version, "The schema is of a newer version");
        var contents = reader.ReadInt64();
        reader.ReadInt64();
        reader.ReadInt64();
        var count = reader.ReadInt32();
        Check.Decode(count >= 0 && contents >= HeaderSize && contents <= stream.Length);

        var builder = new DataViewSchema.Builder();
        stream.Position = contents;
        for (var i = 0; i < count; i++)
        {
            var name = reader.ReadString();
            var type = ValueCodec.ReadType(reader);
            reader.ReadByte();
            reader.Read7BitEncodedInt();
            reader.ReadInt64();
            var annotations = reader.ReadInt64();
            var next = stream.Position;
            builder.AddColumn(name, type, annotations == 0 ? null : ReadAnnotations(reader, annotations));
            stream.Position = next;
        }
        return builder.ToSchema();
    }

    /// <summary>Writes the values, then the table of them, and returns where that table is; 0 if there are none.</summary>
    private static long WriteAnnotations(BinaryWriter writer, DataViewSchema.Annotations annotations)
    {
        if (annotations.Schema.Count == 0)
            return 0;
        var starts = new List<(long Start, Compression Compression)>();
        foreach (var column in annotations.Schema)
        {
            var start = writer.BaseStream.Position;
            var compression = Dispatch.Call<Compression>(
                typeof(SchemaFile), nameof(WriteValue), column.Type.RawType, writer, annotations, column);
            starts.Add((start, compression));
        }
        var table = writer.BaseStream.Position;
        starts.Add((table, default));
        writer.Write7BitEncodedInt(annotations.Schema.Count);
        foreach (var column in annotations.Schema)
        {
            var (start, compression) = starts[column.Index];
            writer.Write(column.Name);
            ValueCodec.WriteType(writer, column.Type);
            writer.Write((byte)compression);
            writer.Write(start);
            writer.Write7BitEncodedInt64(starts[column.Index + 1].Start - start);
        }
        return table;
    }

    /// <summary>Writes a value as it is or compressed, whichever is shorter.</summary>
    private static Compression WriteValue<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column column)
    {
        T value = default;
        annotations.GetGetter<T>(column)(ref value);
        using var plain = new MemoryStream();
        using (var inner = new BinaryWriter(plain, Encoding.UTF8, leaveOpen: true))
            ValueCodec.WriteValue(inner, column.Type, value);
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionMode.Compress, leaveOpen: true))
            plain.WriteTo(deflate);
        var (shorter, compression) = plain.Length <= packed.Length ? (plain, Compression.None) : (packed, Compression.Deflate);
        writer.Write(shorter.ToArray());
        return compression;
    }

    private static DataViewSchema.Annotations ReadAnnotations(BinaryReader reader, long table)
    {
        Check.Decode(table >= HeaderSize && table <= reader.BaseStream.Length);
        reader.BaseStream.Position = table;
        var count = reader.Read7BitEncodedInt();
        var builder = new DataViewSchema.Annotations.Builder();
        for (var i = 0; i < count; i++)
        {
            var name = reader.ReadString();
            var type = ValueCodec.ReadType(reader);
            var compression = (Compression)reader.ReadByte();
            var start = reader.ReadInt64();
            var length = reader.Read7BitEncodedInt64();
            var next = reader.BaseStream.Position;
            Check.Decode(start >= HeaderSize && length >= 0 && start <= reader.BaseStream.Length - length);
            reader.BaseStream.Position = start;
            builder.Add(name, type, Dispatch.Call<Delegate>(
                typeof(SchemaFile), nameof(ReadValue), type.RawType, reader.ReadBytes((int)length), compression, type));
            reader.BaseStream.Position = next;
        }
        return builder.ToAnnotations();
    }

    private static ValueGetter<T> ReadValue<T>(byte[] bytes, Compression compression, DataViewType type)
    {
        using var content = new MemoryStream(bytes);
        var plain = content;
        if (compression == Compression.Deflate)
        {
            plain = new MemoryStream();
            using var deflate = new DeflateStream(content, CompressionMode.Decompress);
            deflate.CopyTo(plain);
            plain.Position = 0;
        }
        using var reader = new BinaryReader(plain, Encoding.UTF8);
        return Copies.Getter(ValueCodec.ReadValue<T>(reader, type));
    }
}
