using System.Buffers.Binary;
using System.Text.Json;

namespace Microsoft.ML.Lora.Formats;

/// <summary>
/// The head of a safetensors file: 8 bytes of length, little-endian, then a JSON object that maps each tensor's name to its type,
/// shape and place. Everything is checked here, so that whoever holds a header may use its offsets.
/// </summary>
/// <param name="Metadata">The texts under <c>__metadata__</c>.</param>
/// <param name="Tensors">The tensors by name.</param>
internal sealed record SafetensorsHeader(IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, SafetensorsEntry> Tensors)
{
    public const string MetadataName = "__metadata__";
    public const int LengthBytes = 8;
    private const int MaxBytes = 100_000_000;
    private const int MaxRank = 16;

    /// <summary>Checks the first bytes of a file and says how long its header is.</summary>
    /// <param name="start">The first 8 bytes, or all of a shorter file.</param>
    /// <param name="fileLength">The length of the file in bytes.</param>
    /// <param name="file">What errors call the file.</param>
    /// <exception cref="InvalidDataException">The file cannot be a safetensors file, or it is truncated.</exception>
    public static int LengthOf(ReadOnlySpan<byte> start, long fileLength, string file)
    {
        if (start.Length < LengthBytes)
            throw new InvalidDataException($"{file} is not a safetensors file or is truncated: it has only {fileLength} bytes.");
        if (KnownForeign(start) is { } foreign) throw new InvalidDataException($"{file} is not a safetensors file: {foreign}.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > MaxBytes)
            throw new InvalidDataException($"{file} is not a safetensors file: its header would have {length:N0} bytes; at most {MaxBytes:N0} are accepted.");
        if ((long)length > fileLength - LengthBytes)
            throw new InvalidDataException($"{file} is truncated: its header alone needs {length:N0} bytes, the file has {fileLength:N0}.");
        return (int)length;
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's JSON.</param>
    /// <param name="fileLength">The length of the whole file in bytes.</param>
    /// <param name="file">What errors call the file.</param>
    /// <exception cref="InvalidDataException">Something in the header is not as the format demands; the message names file and tensor.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string file)
    {
        if (json.IsEmpty || json[0] != '{') throw new InvalidDataException($"{file}: the header does not begin with '{{'.");
        var fields = UntrustedJson.Parse(json, $"{file}: the header", MaxBytes, maxDepth: 3);
        var dataStart = (long)LengthBytes + json.Length;
        IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
        var tensors = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        foreach (var property in fields.All)
        {
            var name = property.Name;
            if (name == MetadataName) metadata = ReadMetadata(fields);
            else tensors.Add(name, ReadEntry(name, property.Value, dataStart, fileLength, file));
        }
        CheckLayout(tensors.Values, dataStart, fileLength, file);
        return new(metadata, tensors);
    }

    private static string? KnownForeign(ReadOnlySpan<byte> start) =>
        start.StartsWith("PK\u0003\u0004"u8) || start is [0x80, <= 5, ..] && BinaryPrimitives.ReadUInt64LittleEndian(start) > MaxBytes
            ? "it looks like a PyTorch pickle (.bin, .pt), which must be converted to safetensors in Python first"
        : start.StartsWith("version "u8) ? "it looks like a Git LFS pointer; fetch the file itself with `git lfs pull`"
        : null;

    private static Dictionary<string, string> ReadMetadata(JsonFields header)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (header.Object(MetadataName) is not { } fields) return metadata;
        foreach (var property in fields.All)
            metadata.Add(property.Name, fields.String(property.Name) ?? throw fields.Wrong(property.Name, "text"));
        return metadata;
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement value, long dataStart, long fileLength, string file)
    {
        InvalidDataException Bad(string what) => new($"{file}: tensor '{name}' {what}.");
        if (value.ValueKind != JsonValueKind.Object) throw Bad($"is described by {JsonFields.Describe(value)}, not by an object");
        foreach (var property in value.EnumerateObject())
            if (property.Name is not ("dtype" or "shape" or "data_offsets")) throw Bad($"has an unknown field '{property.Name}'");

        var fields = new JsonFields(value, $"{file}: tensor '{name}'");
        var dtypeName = fields.Require(fields.String("dtype"), "dtype");
        var dtype = SafetensorsDtype.Find(dtypeName) ?? throw Bad($"has the unknown dtype '{dtypeName}'; known are {SafetensorsDtype.Names}");
        var shape = Numbers(value, "shape") ?? throw Bad("needs a 'shape' that lists whole numbers from 0");
        if (shape.Length > MaxRank) throw Bad($"has {shape.Length} dimensions; at most {MaxRank} are accepted");
        if (BytesOf(shape, dtype) is not { } length) throw Bad($"has a shape [{string.Join(", ", shape)}] that overflows");
        if (Numbers(value, "data_offsets") is not [var begin, var end]) throw Bad("needs 'data_offsets' with two whole numbers from 0");
        if (begin > end || end > fileLength - dataStart)
            throw Bad($"lies at [{begin}, {end}), outside the file's {fileLength - dataStart} bytes of data: the file is truncated or damaged");
        if (end - begin != length)
            throw Bad($"takes {end - begin} bytes, but {dtype.Name} of shape [{string.Join(", ", shape)}] needs {length}");
        return new(name, dtype, shape, dataStart + begin, length);
    }

    private static long[]? Numbers(JsonElement entry, string field)
    {
        if (!entry.TryGetProperty(field, out var list) || list.ValueKind != JsonValueKind.Array) return null;
        var numbers = new long[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i++] < 0)
                return null;
        return numbers;
    }

    /// <summary>The bytes a shape takes, or null on overflow. Dimensions beside a 0 must not overflow either: strides are made of them.</summary>
    private static long? BytesOf(long[] shape, SafetensorsDtype dtype)
    {
        Int128 bytes = dtype.Size;
        foreach (var size in shape)
            if ((bytes *= Math.Max(size, 1)) > long.MaxValue) return null;
        return shape.Contains(0) ? 0 : (long)bytes;
    }

    private static void CheckLayout(IEnumerable<SafetensorsEntry> tensors, long dataStart, long fileLength, string file)
    {
        var expected = dataStart;
        foreach (var tensor in tensors.OrderBy(each => each.Offset).ThenBy(each => each.Length))
        {
            if (tensor.Offset != expected)
                throw new InvalidDataException($"{file}: tensor '{tensor.Name}' begins at byte {tensor.Offset}, "
                    + $"{(tensor.Offset < expected ? "inside another tensor" : "after a hole")}; {expected} was due.");
            expected += tensor.Length;
        }
        if (expected != fileLength)
            throw new InvalidDataException($"{file}: its tensors end at byte {expected}, but the file has {fileLength}.");
    }
}
