namespace Microsoft.ML.Tokenizers;

/// <summary>Turns text into token ids.</summary>
public abstract class Tokenizer
{
    /// <summary>All ids of a text.</summary>
    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, int.MaxValue, out _, out _, considerPreTokenization, considerNormalization);

    /// <summary>The first ids of a text, <paramref name="maxTokenCount"/> at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokenCount"/> is not positive.</exception>
    public IReadOnlyList<int> EncodeToIds(
        string text, int maxTokenCount, out string? normalizedText, out int charsConsumed,
        bool considerPreTokenization = true, bool considerNormalization = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTokenCount);
        var ids = new List<int>();
        Encode(text ?? "", maxTokenCount, considerPreTokenization, considerNormalization, ids, out normalizedText, out charsConsumed);
        return ids;
    }

    internal abstract void Encode(
        string text, int maxTokenCount, bool preTokenize, bool normalize, List<int> ids, out string? normalizedText, out int charsConsumed);
}
