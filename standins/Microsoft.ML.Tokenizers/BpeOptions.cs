namespace Microsoft.ML.Tokenizers;

/// <summary>What a <see cref="BpeTokenizer"/> is made from.</summary>
public sealed class BpeOptions
{
    /// <summary>Options around a vocabulary: tokens and their ids.</summary>
    public BpeOptions(IEnumerable<KeyValuePair<string, int>> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
    }

    /// <summary>Tokens and their ids.</summary>
    public IEnumerable<KeyValuePair<string, int>> Vocabulary { get; }

    /// <summary>Pairs of tokens that merge, "left right", the first merged first.</summary>
    public IEnumerable<string>? Merges { get; set; }

    /// <summary>Cuts the text into words.</summary>
    public PreTokenizer? PreTokenizer { get; set; }

    /// <summary>Stands for each symbol that the vocabulary lacks; without it such symbols are dropped.</summary>
    public string? UnknownToken { get; set; }

    /// <summary>Whether symbols are the bytes of the text's UTF-8, each written as a printable character.</summary>
    public bool ByteLevel { get; set; }
}
