namespace Microsoft.ML.Lora.Text;

/// <summary>Turns texts, and pairs of texts, into the token ids that an encoder reads. Safe for use by many threads.</summary>
/// <remarks>Text is only ever text: a special token's name within it, such as <c>&lt;/s&gt;</c>, is spelt out like any other word.</remarks>
public abstract class TextTokenizer
{
    private const int SmallestParallelBatch = 32;

    private protected TextTokenizer(SpecialTokens special, int vocabularySize)
    {
        Special = special;
        VocabularySize = vocabularySize;
    }

    /// <summary>The ids of the special tokens.</summary>
    public SpecialTokens Special { get; }

    /// <summary>The number of tokens; ids are below it.</summary>
    public int VocabularySize { get; }

    /// <summary>The number of special tokens around one text.</summary>
    private protected abstract int SpecialsAroundOne { get; }

    /// <summary>The number of special tokens around a pair.</summary>
    private protected abstract int SpecialsAroundPair { get; }

    /// <summary>Makes the tokenizer whose files a folder in Hugging Face layout holds.</summary>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer of a known kind.</exception>
    /// <exception cref="InvalidDataException">A file is malformed; the message names it and the line.</exception>
    public static TextTokenizer FromDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return VocabularyForm.Require(directory).Read(file => Path.Combine(directory, file));
    }

    /// <summary>The ids of a text or, where <paramref name="pair"/> is not null, of a pair of texts.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <param name="pair">The second text, or null for none.</param>
    /// <param name="maxLength">
    /// The greatest number of ids, special tokens included. A longer text loses its end; of a pair, the longer text loses first.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the special tokens.</exception>
    public TokenizedText Encode(string? text, string? pair, int maxLength)
    {
        var room = RoomFor(pair != null, maxLength);
        var first = WellFormed.Of(text ?? "");
        var firstTokens = Tokens(first, room + 1);
        if (pair == null) return Join(firstTokens[..Math.Min(firstTokens.Length, room)], firstTokens.Length > room);
        var second = WellFormed.Of(pair);
        var secondTokens = Tokens(second, room + 1);
        var (keepFirst, keepSecond) = PairTruncation.Divide(firstTokens.Length, secondTokens.Length, room, () => IsLonger(first, second, room));
        return Join(firstTokens[..keepFirst], secondTokens[..keepSecond], keepFirst < firstTokens.Length || keepSecond < secondTokens.Length);
    }

    /// <summary>Encodes many texts, or pairs, on all cores; the results are in the order of the texts.</summary>
    /// <param name="texts">The texts; null counts as empty.</param>
    /// <param name="pairs">The second texts, as many as <paramref name="texts"/> (null counts as empty), or null for none.</param>
    /// <param name="maxLength">The greatest number of ids of each, special tokens included.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ArgumentException">The numbers of texts and of second texts differ.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public TokenizedText[] EncodeBatch(
        IReadOnlyList<string?> texts, IReadOnlyList<string?>? pairs, int maxLength, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (pairs != null && pairs.Count != texts.Count)
            throw new ArgumentException($"There are {pairs.Count} second texts for {texts.Count} texts; as many are needed.", nameof(pairs));
        RoomFor(pairs != null, maxLength);
        var results = new TokenizedText[texts.Count];
        var threads = texts.Count < SmallestParallelBatch ? 1 : Environment.ProcessorCount;
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            i => results[i] = Encode(texts[i], pairs == null ? null : pairs[i] ?? "", maxLength));
        return results;
    }

    /// <summary>The first tokens of a text that is valid Unicode, special tokens left out; as many as it has, but no more than asked.</summary>
    private protected abstract ReadOnlySpan<int> Tokens(string text, int atMost);

    /// <summary>Puts the special tokens around a text's tokens.</summary>
    private protected abstract TokenizedText Join(ReadOnlySpan<int> first, bool truncated);

    /// <summary>Puts the special tokens around the tokens of two texts.</summary>
    private protected abstract TokenizedText Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool truncated);

    private int RoomFor(bool isPair, int maxLength)
    {
        var specials = isPair ? SpecialsAroundPair : SpecialsAroundOne;
        if (maxLength < specials)
            throw new ArgumentOutOfRangeException(nameof(maxLength), maxLength, $"At least {specials} is needed, the number of special tokens around {(isPair ? "a pair of texts" : "a text")}.");
        return maxLength - specials;
    }

    private bool IsLonger(string first, string second, int than)
    {
        for (var atMost = 2L * than; ; atMost *= 2)
        {
            var limit = (int)Math.Min(atMost, int.MaxValue);
            var (firstCount, secondCount) = (Tokens(first, limit).Length, Tokens(second, limit).Length);
            if (firstCount < limit || secondCount < limit || limit == int.MaxValue) return firstCount > secondCount;
        }
    }
}
