using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <content>Reading, as untrusted input, and writing.</content>
internal sealed partial record BaseModelReference
{
    private const int Format = 1;
    private const int MaxBytes = 1_000_000;
    private const int MaxFiles = 1_000;
    private const int MaxText = 4_096;

    private static readonly JsonWriterOptions Layout =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The content of <see cref="FileName"/>, in UTF-8.</summary>
    public byte[] ToUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("kind", Kind.ToString().ToLowerInvariant());
            json.WriteString("id", Id);
            json.WriteString("revision", Revision);
            json.WriteString("directory", Directory);
            json.WriteString("model_type", Dimensions.ModelType);
            json.WriteStartObject("dimensions");
            foreach (var (name, size) in Dimensions.Sizes) json.WriteNumber(name, size);
            json.WriteEndObject();
            json.WriteStartObject("files");
            foreach (var (name, digest) in Files.OrderBy(pair => pair.Key, StringComparer.Ordinal)) Write(json, name, digest);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Parses and checks a reference.</summary>
    /// <param name="utf8">The content of the entry.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="InvalidDataException">It is not a sound reference; the message names the field.</exception>
    public static BaseModelReference Parse(ReadOnlySpan<byte> utf8, string name)
    {
        var fields = UntrustedJson.Parse(utf8, name, MaxBytes, maxDepth: 4);
        if (fields.Int("format") != Format) throw fields.Wrong("format", $"{Format}; the model was saved by another version of this library");
        var kind = KindOf(fields);
        return new()
        {
            Kind = kind,
            Id = IdOf(fields, kind),
            Revision = Checked(fields, "revision", HubId.IsRevision, "a revision"),
            Directory = Checked(fields, "directory", IsText, "a path"),
            Dimensions = new(fields.String("model_type") ?? "", fields.IntMap("dimensions") ?? new Dictionary<string, int>()),
            Files = FilesOf(fields),
        };
    }

    private static void Write(Utf8JsonWriter json, string name, FileDigest digest)
    {
        json.WriteStartObject(name);
        json.WriteString("sha256", digest.Sha256);
        json.WriteNumber("bytes", digest.Bytes);
        json.WriteEndObject();
    }

    private static BaseModelKind KindOf(JsonFields fields) => fields.String("kind") switch
    {
        "bundled" => BaseModelKind.Bundled,
        "directory" => BaseModelKind.Directory,
        "hub" => BaseModelKind.Hub,
        _ => throw fields.Wrong("kind", "bundled, directory or hub"),
    };

    private static string IdOf(JsonFields fields, BaseModelKind kind)
    {
        var id = fields.Require(fields.String("id"), "id");
        var sound = kind == BaseModelKind.Hub ? HubId.IsId(id) : FileNames.IsPlain(id);
        return sound ? id : throw fields.Wrong("id", kind == BaseModelKind.Hub ? "a hub id" : "a plain name");
    }

    private static Dictionary<string, FileDigest> FilesOf(JsonFields fields)
    {
        var entries = fields.Require(fields.Object("files"), "files");
        var files = new Dictionary<string, FileDigest>(StringComparer.Ordinal);
        foreach (var property in entries.All)
        {
            if (!FileNames.IsPlain(property.Name)) throw fields.Wrong("files", "a map from plain file names");
            var entry = entries.Require(entries.Object(property.Name), property.Name);
            var sha256 = entry.String("sha256");
            if (sha256 is not { Length: 64 } || !sha256.All(char.IsAsciiHexDigitLower)) throw entry.Wrong("sha256", "64 lower-case hexadecimal digits");
            if (entry.Long("bytes") is not (>= 0 and var bytes)) throw entry.Wrong("bytes", "a length");
            files.Add(property.Name, new(sha256, bytes));
            if (files.Count > MaxFiles) throw fields.Wrong("files", $"at most {MaxFiles} files");
        }
        if (!files.ContainsKey("config.json") || !files.Keys.Any(name => name.EndsWith(".safetensors", StringComparison.Ordinal)))
            throw fields.Wrong("files", "a map with config.json and the weights");
        return files;
    }

    private static string? Checked(JsonFields fields, string field, Func<string, bool> isSound, string expected) =>
        fields.String(field) is not { } text || isSound(text) ? fields.String(field) : throw fields.Wrong(field, expected);

    private static bool IsText(string text) => text.Length is > 0 and <= MaxText && !text.Any(char.IsControl);
}
