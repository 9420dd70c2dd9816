namespace Microsoft.ML.Tokenizers;

/// <summary>Spells each word by the longest pieces that the vocabulary has, from left to right. Safe for use by many threads.</summary>
public class WordPieceTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idOf;

    internal WordPieceTokenizer(Dictionary<string, int> vocabulary, WordPieceOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxInputCharsPerWord);
        _ids = vocabulary;
        _idOf = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        UnknownToken = options.UnknownToken ?? throw new ArgumentNullException(nameof(options));
        ContinuingSubwordPrefix = options.ContinuingSubwordPrefix ?? throw new ArgumentNullException(nameof(options));
        MaxInputCharsPerWord = options.MaxInputCharsPerWord;
        UnknownTokenId = _ids.TryGetValue(UnknownToken, out var id) ? id : throw new ArgumentException($"The vocabulary has no token '{UnknownToken}'.");
    }

    /// <summary>Stands for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; }

    /// <summary>The id of <see cref="UnknownToken"/>.</summary>
    public int UnknownTokenId { get; }

    /// <summary>What a piece within a word begins with.</summary>
    public string ContinuingSubwordPrefix { get; }

    /// <summary>A word of more UTF-16 units is unknown.</summary>
    public int MaxInputCharsPerWord { get; }

    /// <summary>Makes a tokenizer from a vocabulary with a token a line; the line's number, from 0, is the id.</summary>
    /// <exception cref="ArgumentException">A token occurs twice, or the unknown token is missing.</exception>
    public static WordPieceTokenizer Create(Stream vocabStream, WordPieceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        var vocabulary = new Dictionary<string, int>();
        var reader = new StreamReader(vocabStream);
        for (var id = 0; reader.ReadLine() is { } token; id++)
            if (token.Length > 0)
                vocabulary.Add(token, id);
        return new WordPieceTokenizer(vocabulary, options ?? new WordPieceOptions());
    }

    internal override void Encode(
        string text, int maxTokenCount, bool preTokenize, bool normalize, List<int> ids, out string? normalizedText, out int charsConsumed)
    {
        normalizedText = null;
        charsConsumed = 0;
        foreach (var (offset, length) in preTokenize ? Words(text) : text.Length > 0 ? [(0, text.Length)] : [])
        {
            var before = ids.Count;
            Spell(text.AsSpan(offset, length), ids);
            if (preTokenize && ids.Count > maxTokenCount)
            {
                ids.RemoveRange(before, ids.Count - before);
                return;
            }
            charsConsumed = offset + length;
            if (preTokenize && ids.Count == maxTokenCount) return;
        }
    }

    private static IEnumerable<(int Offset, int Length)> Words(string text)
    {
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            for (end = start; end < text.Length && !char.IsWhiteSpace(text[end]);) end++;
            if (end > start) yield return (start, end - start);
        }
    }

    private void Spell(ReadOnlySpan<char> word, List<int> ids)
    {
        var before = ids.Count;
        if (word.Length > MaxInputCharsPerWord)
        {
            ids.Add(UnknownTokenId);
            return;
        }
        Span<char> piece = new char[ContinuingSubwordPrefix.Length + word.Length];
        ContinuingSubwordPrefix.CopyTo(piece);
        for (var start = 0; start < word.Length;)
        {
            var length = word.Length - start;
            word[start..].CopyTo(piece[ContinuingSubwordPrefix.Length..]);
            var longest = start == 0 ? word : piece[..(ContinuingSubwordPrefix.Length + length)];
            int id;
            for (; !_idOf.TryGetValue(longest, out id) && length > 0; length--) longest = longest[..^1];
            if (length == 0)
            {
                ids.RemoveRange(before, ids.Count - before);
                ids.Add(UnknownTokenId);
                return;
            }
            ids.Add(id);
            start += length;
        }
    }
}
