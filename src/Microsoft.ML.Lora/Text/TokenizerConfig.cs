using System.Text.Json;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Text;

/// <summary>What tokenizer_config.json says that changes the tokens; Hugging Face's defaults where it says nothing.</summary>
/// <param name="LowerCase">BERT: whether text is put in lower case.</param>
/// <param name="StripAccents">BERT: whether accents are taken off.</param>
/// <param name="SplitCjk">BERT: whether each Chinese character is a word.</param>
/// <param name="AddPrefixSpace">RoBERTa: whether a text's first word is treated like the others, as though a space stood before it.</param>
internal sealed record TokenizerConfig(bool LowerCase = true, bool StripAccents = true, bool SplitCjk = true, bool AddPrefixSpace = false)
{
    /// <summary>Tokenizers whose vocabularies lie in files of the same names, but which cut a text into words in another way.</summary>
    private static readonly HashSet<string> OtherTokenizers =
        ["BertJapaneseTokenizer", "BertweetTokenizer", "HerbertTokenizer", "HerbertTokenizerFast", "PhobertTokenizer"];

    /// <summary>Reads the file if there is one.</summary>
    /// <exception cref="InvalidDataException">The file is malformed, or of a tokenizer that is not supported.</exception>
    public static TokenizerConfig Read(string path)
    {
        if (!File.Exists(path)) return new TokenizerConfig();
        var fields = UntrustedJson.Parse(VocabularyFile.ReadBytes(path), path, VocabularyFile.LargestFile, maxDepth: 64);
        if (fields.Find("tokenizer_class") is { ValueKind: JsonValueKind.String } name && OtherTokenizers.Contains(name.GetString()!))
            throw fields.Wrong("tokenizer_class", "that of a tokenizer which cuts words as BERT's or RoBERTa's does");
        var lowerCase = fields.Bool("do_lower_case") ?? true;
        return new TokenizerConfig(
            lowerCase, fields.Bool("strip_accents") ?? lowerCase, fields.Bool("tokenize_chinese_chars") ?? true, fields.Bool("add_prefix_space") ?? false);
    }
}
