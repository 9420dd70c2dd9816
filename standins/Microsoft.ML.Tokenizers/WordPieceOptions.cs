namespace Microsoft.ML.Tokenizers;

/// <summary>What a <see cref="WordPieceTokenizer"/> is made with.</summary>
public class WordPieceOptions
{
    /// <summary>Stands for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; set; } = "[UNK]";

    /// <summary>What a piece within a word begins with.</summary>
    public string ContinuingSubwordPrefix { get; set; } = "##";

    /// <summary>A word of more UTF-16 units is unknown.</summary>
    public int MaxInputCharsPerWord { get; set; } = 100;
}
