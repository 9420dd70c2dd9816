using System.Text;

namespace Microsoft.ML;

/// <summary>
/// The 256 bytes before a model block, and what follows it: the string table (end offsets, then UTF-16 characters), the name of
/// the loader's assembly (UTF-16) and a tail signature. All offsets count from the header's first byte.
/// </summary>
internal sealed class ModelHeader
{
    private const ulong FileSignature = 0x4C45444F4D004C4D;
    private const ulong TailSignature = 0x4D4C004D4F44454C;
    private const uint FormatVersion = 0x00010002;
    private const uint OldestFormatVersion = 0x00010001;
    private const int Size = 256;
    private const int LoaderSignatureWords = 3;

    public ulong ModelSignature { get; private set; }

    public uint ModelVerWritten { get; private set; }

    public uint ModelVerReadable { get; private set; }

    public string LoaderSignature { get; private set; }

    public string LoaderSignatureAlt { get; private set; }

    public string LoaderAssemblyName { get; private set; }

    public string[] Strings { get; private set; }

    /// <summary>Up to eight characters of a signature, the first in the lowest byte.</summary>
    public static ulong Pack(string text)
    {
        ulong packed = 0;
        for (var i = 0; i < text.Length; i++)
        {
            Check.State(text[i] <= 0xFF, "Signatures are made of one-byte characters");
            packed |= (ulong)text[i] << (8 * i);
        }
        return packed;
    }

    /// <summary>Leaves room for the header, which is known only when the model is complete.</summary>
    public static void Begin(BinaryWriter writer) => writer.Write(new byte[Size]);

    public static bool IsAtModel(Stream stream) => stream.Position == Size;

    public void SetVersion(VersionInfo version)
    {
        ModelSignature = version.ModelSignature;
        ModelVerWritten = version.VerWrittenCur;
        ModelVerReadable = version.VerReadableCur;
        LoaderSignature = version.LoaderSignature;
        LoaderSignatureAlt = version.LoaderSignatureAlt;
        LoaderAssemblyName = version.LoaderAssemblyName;
    }

    /// <summary>Writes what follows the model block, and the header.</summary>
    public void End(BinaryWriter writer, IReadOnlyList<string> strings)
    {
        Check.State(ModelSignature != 0, "ModelSignature not specified!");
        var modelEnd = writer.BaseStream.Position;
        long end = 0;
        foreach (var text in strings)
            writer.Write(end += 2 * text.Length);
        var charsStart = writer.BaseStream.Position;
        foreach (var text in strings)
            writer.Write(Encoding.Unicode.GetBytes(text));
        var charsEnd = writer.BaseStream.Position;
        var assembly = Encoding.Unicode.GetBytes(LoaderAssemblyName ?? "");
        writer.Write(assembly);
        var tail = writer.BaseStream.Position;
        writer.Write(TailSignature);

        writer.BaseStream.Position = 0;
        writer.Write(FileSignature);
        writer.Write(FormatVersion);
        writer.Write(FormatVersion);
        writer.Write((long)Size);
        writer.Write(modelEnd - Size);
        writer.Write(strings.Count > 0 ? modelEnd : 0);
        writer.Write(charsStart - modelEnd);
        writer.Write(strings.Count > 0 ? charsStart : 0);
        writer.Write(charsEnd - charsStart);
        writer.Write(ModelSignature);
        writer.Write(ModelVerWritten);
        writer.Write(ModelVerReadable);
        WriteLoaderSignature(writer, LoaderSignature);
        WriteLoaderSignature(writer, LoaderSignatureAlt);
        writer.Write(tail);
        writer.Write(tail + sizeof(ulong));
        writer.Write(assembly.Length > 0 ? charsEnd : 0);
        writer.Write(assembly.Length);
        writer.BaseStream.Position = writer.BaseStream.Length;
    }

    /// <summary>Reads and checks the header and what follows the model block, and leaves the stream at the block.</summary>
    public static ModelHeader Read(BinaryReader reader)
    {
        var stream = reader.BaseStream;
        Check.Decode(stream.Length >= Size);
        Check.Decode(reader.ReadUInt64() == FileSignature, "Wrong file type");
        var written = reader.ReadUInt32();
        var readable = reader.ReadUInt32();
        Check.Decode(readable <= written, "Corrupt file header");
        Check.Decode(readable <= FormatVersion, "File is too new");
        Check.Decode(written >= OldestFormatVersion, "File is too old");
        var (model, modelSize) = (reader.ReadInt64(), reader.ReadInt64());
        var (table, tableSize) = (reader.ReadInt64(), reader.ReadInt64());
        var (chars, charsSize) = (reader.ReadInt64(), reader.ReadInt64());
        var header = new ModelHeader
        {
            ModelSignature = reader.ReadUInt64(),
            ModelVerWritten = reader.ReadUInt32(),
            ModelVerReadable = reader.ReadUInt32(),
            LoaderSignature = ReadLoaderSignature(reader),
            LoaderSignatureAlt = ReadLoaderSignature(reader),
        };
        var (tail, limit) = (reader.ReadInt64(), reader.ReadInt64());
        var (assembly, assemblySize) = (reader.ReadInt64(), reader.ReadUInt32());

        Check.Decode(model == Size && modelSize >= 0 && modelSize <= stream.Length - Size);
        Check.Decode(limit <= stream.Length && tail == limit - sizeof(ulong));
        Check.Decode(tableSize >= 0 && tableSize % sizeof(long) == 0 && charsSize >= 0 && assemblySize % sizeof(char) == 0);
        Check.Decode(table == 0 ? tableSize == 0 && charsSize == 0 : table == Size + modelSize && chars == table + tableSize);
        var end = table == 0 ? Size + modelSize : chars + charsSize;
        Check.Decode(assembly == 0 ? assemblySize == 0 : assembly == end);
        Check.Decode(tail == end + assemblySize);

        stream.Position = Size + modelSize;
        header.Strings = ReadStrings(reader, (int)(tableSize / sizeof(long)), charsSize);
        header.LoaderAssemblyName = Encoding.Unicode.GetString(reader.ReadBytes((int)assemblySize));
        Check.Decode(reader.ReadUInt64() == TailSignature, "Corrupt model file tail");
        stream.Position = Size;
        return header;
    }

    public void CheckVersion(VersionInfo version)
    {
        Check.Decode(ModelSignature == version.ModelSignature, "Unknown file type");
        Check.Decode(ModelVerReadable <= ModelVerWritten, "Corrupt file header");
        Check.Decode(ModelVerReadable <= version.VerWrittenCur,
            $"Cannot read component '{version.LoaderSignature}' of the model, because the model is too new.");
        Check.Decode(ModelVerWritten >= version.VerWeCanReadBack,
            $"Cannot read component '{version.LoaderSignature}' of the model, because the model is too old.");
    }

    private static void WriteLoaderSignature(BinaryWriter writer, string signature)
    {
        signature ??= "";
        Check.State(signature.Length <= 8 * LoaderSignatureWords, "A loader signature has at most 24 characters");
        for (var i = 0; i < LoaderSignatureWords; i++)
            writer.Write(Pack(signature[Math.Min(8 * i, signature.Length)..Math.Min(8 * i + 8, signature.Length)]));
    }

    private static string ReadLoaderSignature(BinaryReader reader) =>
        Encoding.Latin1.GetString(reader.ReadBytes(8 * LoaderSignatureWords)).TrimEnd('\0');

    private static string[] ReadStrings(BinaryReader reader, int count, long charsSize)
    {
        var ends = new long[count];
        for (var i = 0; i < count; i++)
        {
            ends[i] = reader.ReadInt64();
            Check.Decode(ends[i] % sizeof(char) == 0 && ends[i] >= (i == 0 ? 0 : ends[i - 1]) && ends[i] <= charsSize);
        }
        Check.Decode(count == 0 || ends[^1] == charsSize);
        var chars = Encoding.Unicode.GetString(reader.ReadBytes((int)charsSize));
        return [.. ends.Select((end, i) => chars[(int)((i == 0 ? 0 : ends[i - 1]) / sizeof(char))..(int)(end / sizeof(char))])];
    }
}
