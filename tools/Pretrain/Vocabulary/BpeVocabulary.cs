using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>A byte-level vocabulary as RoBERTa lays it out: special tokens, the 256 bytes, merged tokens, the mask.</summary>
/// <param name="Tokens">The tokens; the index is the id.</param>
/// <param name="Merges">The pairs that merge, in order of rank.</param>
internal sealed record BpeVocabulary(IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges)
{
    /// <summary>The special tokens that come first.</summary>
    public static IReadOnlyList<string> FirstSpecials { get; } = ["<s>", "<pad>", "</s>", "<unk>"];

    /// <summary>What stands for a blank; tokens that start a word begin with it.</summary>
    public const char Blank = '\u0120';

    /// <summary>The special token that comes last.</summary>
    public const string Mask = "<mask>";

    /// <summary>The tokens that vocab.json lists; the index is the id.</summary>
    public static string[] ReadTokens(string directory)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "vocab.json")));
        return [.. json.RootElement.EnumerateObject().OrderBy(token => token.Value.GetInt32()).Select(token => token.Name)];
    }

    /// <summary>Writes vocab.json and merges.txt.</summary>
    public void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, IndentSize = 0, NewLine = "\n" };
        using (var file = File.Create(Path.Combine(directory, "vocab.json")))
        using (var json = new Utf8JsonWriter(file, options))
        {
            json.WriteStartObject();
            for (var id = 0; id < Tokens.Count; id++) json.WriteNumber(Tokens[id], id);
            json.WriteEndObject();
        }
        File.WriteAllText(Path.Combine(directory, "merges.txt"), "#version: 0.2\n" + string.Concat(Merges.Select(m => $"{m.Left} {m.Right}\n")));
    }
}
