using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.Lora.Formats;

/// <summary>JSON of strangers: bounded in size and depth, no name twice, an object at the top.</summary>
internal static class UntrustedJson
{
    /// <summary>Reads a JSON file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is too large or not a JSON object.</exception>
    public static JsonFields ReadFile(string path, int maxBytes, int maxDepth)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path} does not exist.", path);
        using var stream = File.OpenRead(path);
        CheckSize(stream.Length, maxBytes, path);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return Parse(content, path, maxBytes, maxDepth);
    }

    /// <summary>Parses the bytes of a JSON object.</summary>
    /// <param name="utf8">The text, in UTF-8 without a byte order mark.</param>
    /// <param name="name">What errors call the text: a file name or path.</param>
    /// <param name="maxBytes">The most bytes that are accepted.</param>
    /// <param name="maxDepth">The deepest nesting that is accepted; the outer object counts as 1.</param>
    /// <exception cref="InvalidDataException">The text is too large, not JSON, or not an object.</exception>
    public static JsonFields Parse(ReadOnlySpan<byte> utf8, string name, int maxBytes, int maxDepth)
    {
        CheckSize(utf8.Length, maxBytes, name);
        if (!Utf8.IsValid(utf8)) throw new InvalidDataException($"{name} is not UTF-8 text.");
        try
        {
            CheckTexts(utf8, maxDepth);
            using var document = JsonDocument.Parse(utf8.ToArray(), new() { MaxDepth = maxDepth, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(document.RootElement.Clone(), name)
                : throw new InvalidDataException($"{name} must hold a JSON object, not {JsonFields.Describe(document.RootElement)}.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{name} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Sees that every name and text can be decoded: an escape such as half a surrogate pair cannot.</summary>
    private static void CheckTexts(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped) reader.GetString();
    }

    private static void CheckSize(long bytes, int maxBytes, string name)
    {
        if (bytes > maxBytes) throw new InvalidDataException($"{name} has {bytes:N0} bytes; at most {maxBytes:N0} are accepted.");
    }
}
