using System.Text.Json;

namespace Microsoft.ML.Lora.Text;

/// <summary>What tokenizer_config.json says that changes the tokens; Hugging Face's defaults where it says nothing.</summary>
/// <param name="LowerCase">BERT: whether text is put in lower case.</param>
/// <param name="StripAccents">BERT: whether accents are taken off.</param>
/// <param name="SplitCjk">BERT: whether each Chinese character is a word.</param>
/// <param name="AddPrefixSpace">RoBERTa: whether a text's first word is treated like the others, as though a space stood before it.</param>
internal sealed record TokenizerConfig(bool LowerCase = true, bool StripAccents = true, bool SplitCjk = true, bool AddPrefixSpace = false)
{
    /// <summary>Reads the file if there is one.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public static TokenizerConfig Read(string path)
    {
        if (!File.Exists(path)) return new TokenizerConfig();
        try
        {
            using var json = JsonDocument.Parse(VocabularyFile.ReadBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"{path}: a JSON object is needed.");
            var lowerCase = Flag("do_lower_case") ?? true;
            return new TokenizerConfig(
                lowerCase, Flag("strip_accents") ?? lowerCase, Flag("tokenize_chinese_chars") ?? true, Flag("add_prefix_space") ?? false);

            bool? Flag(string name) => json.RootElement.TryGetProperty(name, out var value)
                ? value.ValueKind switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.Null => null,
                    _ => throw new InvalidDataException($"{path}: '{name}' has to be true or false."),
                }
                : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not valid JSON: {e.Message}", e);
        }
    }
}
