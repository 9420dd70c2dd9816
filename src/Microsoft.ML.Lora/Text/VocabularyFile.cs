using System.Text.Json;

namespace Microsoft.ML.Lora.Text;

/// <summary>Reads vocab.json, a JSON object from token to id, of whoever wrote it.</summary>
internal static class VocabularyFile
{
    /// <summary>The size in bytes beyond which a file cannot be a vocabulary.</summary>
    public const int LargestFile = 64 << 20;

    /// <summary>The tokens and their ids, which are the numbers from 0 to the count less 1, each once.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such vocabulary; the message names the file and the line.</exception>
    public static Dictionary<string, int> Read(string path)
    {
        var json = ReadBytes(path);
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new List<(string Token, int Line)>();
        try
        {
            var reader = new Utf8JsonReader(json);
            var lines = new LineCounter();
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Bad(path, 1, "a JSON object from token to id is needed");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var token = reader.GetString()!;
                var line = lines.LineAt(json, reader.TokenStartIndex);
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id))
                    throw Bad(path, line, $"the id of token '{token}' is not a whole number");
                if (!vocabulary.TryAdd(token, id)) throw Bad(path, line, $"token '{token}' occurs twice");
                tokens.Add((token, line));
            }
            if (reader.Read()) throw Bad(path, lines.LineAt(json, reader.TokenStartIndex), "something follows the JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)      // malformed JSON; a string that is not UTF-8
        {
            throw new InvalidDataException($"{path}: not valid JSON in UTF-8: {e.Message}", e);
        }
        CheckIds(path, vocabulary, tokens);
        return vocabulary;
    }

    /// <summary>The content of a file that is small enough to be part of a tokenizer.</summary>
    public static byte[] ReadBytes(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > LargestFile) throw new InvalidDataException($"{path}: {file.Length} bytes are too many for a tokenizer's file (at most {LargestFile}).");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    /// <summary>The error for a line of a file.</summary>
    public static InvalidDataException Bad(string path, int line, string what) => new($"{path}, line {line}: {what}.");

    private static void CheckIds(string path, Dictionary<string, int> vocabulary, List<(string Token, int Line)> tokens)
    {
        if (tokens.Count == 0) throw Bad(path, 1, "the vocabulary is empty");
        var owner = new string?[tokens.Count];
        foreach (var (token, line) in tokens)
        {
            var id = vocabulary[token];
            if (id < 0 || id >= tokens.Count) throw Bad(path, line, $"token '{token}' has the id {id}, outside 0..{tokens.Count - 1}");
            if (owner[id] is { } other) throw Bad(path, line, $"tokens '{other}' and '{token}' have the same id {id}");
            owner[id] = token;
        }
    }

    private struct LineCounter
    {
        private long _position;
        private int _newLines;

        public int LineAt(ReadOnlySpan<byte> text, long position)
        {
            _newLines += text[(int)_position..(int)position].Count((byte)'\n');
            _position = position;
            return _newLines + 1;
        }
    }
}
