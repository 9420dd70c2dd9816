using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>
/// Writes safetensors files as Hugging Face's own library does: tensors by descending alignment of their type, then by name; a compact header
/// padded with spaces to a multiple of 8. The same tensors always give the same bytes.
/// </summary>
internal static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What PyTorch files carry.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes a file that is there whole or not at all.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="tensors">Names and tensors, of any device and layout; they stay the caller's.</param>
    /// <param name="metadata">Texts to store under <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or the format has no type for a tensor.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = Sort(tensors);
        AtomicFile.Write(path, stream => Write(stream, sorted, metadata));
    }

    /// <summary>Writes to a stream, which need not seek and stays open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{ValueTuple{string, Tensor}}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(Stream stream, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(stream, Sort(tensors), metadata);

    private static void Write(Stream stream, IReadOnlyList<Item> items, IReadOnlyDictionary<string, string>? metadata)
    {
        stream.Write(Header(items, metadata));
        foreach (var item in items)
        {
            using var detached = item.Tensor.detach();
            using var onCpu = detached.cpu();
            using var contiguous = onCpu.contiguous();
            TensorBytes.Visit(contiguous, (block, _) => stream.Write(block));
        }
    }

    private static List<Item> Sort(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        var items = new List<Item>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            if (name == SafetensorsHeader.MetadataName) throw new ArgumentException($"'{name}' cannot be the name of a tensor.", nameof(tensors));
            if (!names.Add(name)) throw new ArgumentException($"There are two tensors named '{name}'.", nameof(tensors));
            var dtype = SafetensorsDtype.Find(tensor.dtype)
                ?? throw new ArgumentException($"Tensor '{name}' is of type {tensor.dtype}, which the safetensors format lacks.", nameof(tensors));
            items.Add(new(name, dtype, tensor));
        }
        items.Sort((a, b) => a.Dtype.Alignment != b.Dtype.Alignment
            ? b.Dtype.Alignment.CompareTo(a.Dtype.Alignment)
            : string.CompareOrdinal(a.Name, b.Name));
        return items;
    }

    private static byte[] Header(IReadOnlyList<Item> items, IReadOnlyDictionary<string, string>? metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Compact))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(writer, metadata);
            long offset = 0;
            foreach (var item in items) WriteEntry(writer, item, ref offset);
            writer.WriteEndObject();
        }
        var padded = (json.WrittenCount + 7) / 8 * 8;
        var header = new byte[SafetensorsHeader.LengthBytes + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)padded);
        header.AsSpan(SafetensorsHeader.LengthBytes).Fill((byte)' ');
        json.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.LengthBytes));
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, Item item, ref long offset)
    {
        writer.WriteStartObject(item.Name);
        writer.WriteString("dtype", item.Dtype.Name);
        writer.WriteStartArray("shape");
        foreach (var size in item.Tensor.shape) writer.WriteNumberValue(size);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        writer.WriteNumberValue(offset += item.Tensor.NumberOfElements * item.Dtype.Size);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private sealed record Item(string Name, SafetensorsDtype Dtype, Tensor Tensor);
}
