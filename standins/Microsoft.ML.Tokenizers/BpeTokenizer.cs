using System.Collections.Concurrent;

namespace Microsoft.ML.Tokenizers;

/// <summary>Byte-pair encoding, on characters or on bytes. Safe for use by many threads.</summary>
public sealed class BpeTokenizer : Tokenizer
{
    private const int LongestCachedWord = 15;
    private const int CacheCapacity = 10_000;

    private readonly BpeModel _model;
    private readonly PreTokenizer _preTokenizer;
    private readonly ConcurrentDictionary<string, (int Id, int Length)[]> _cache = new();
    private readonly ConcurrentDictionary<string, (int Id, int Length)[]>.AlternateLookup<ReadOnlySpan<char>> _cached;
    private int _cacheCount;

    private BpeTokenizer(BpeOptions options)
    {
        _model = new BpeModel(options);
        _preTokenizer = options.PreTokenizer ?? throw new NotSupportedException("The stand-in has no default pre-tokenizer: set BpeOptions.PreTokenizer.");
        _cached = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        ByteLevel = options.ByteLevel;
    }

    /// <summary>Whether symbols are bytes.</summary>
    public bool ByteLevel { get; }

    /// <summary>Makes a tokenizer.</summary>
    /// <exception cref="InvalidOperationException">A merge is malformed or names a token that the vocabulary lacks.</exception>
    public static BpeTokenizer Create(BpeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new BpeTokenizer(options);
    }

    internal override void Encode(
        string text, int maxTokenCount, bool preTokenize, bool normalize, List<int> ids, out string? normalizedText, out int charsConsumed)
    {
        normalizedText = null;
        charsConsumed = 0;
        if (text.Length == 0) return;
        foreach (var (offset, length) in preTokenize ? _preTokenizer.PreTokenize(text) : [(0, text.Length)])
        {
            var word = text.AsSpan(offset, length);
            var tokens = Encode(word);
            var take = Math.Min(tokens.Length, maxTokenCount - ids.Count);
            foreach (var (id, _) in tokens.AsSpan(0, take)) ids.Add(id);
            charsConsumed = offset + (take == tokens.Length ? length : Covered(word, tokens.AsSpan(0, take)));
            if (take < tokens.Length || ids.Count >= maxTokenCount) return;
        }
    }

    private int Covered(ReadOnlySpan<char> word, ReadOnlySpan<(int Id, int Length)> tokens)
    {
        var symbols = 0;
        foreach (var (_, length) in tokens) symbols += length;
        return ByteLevel ? ByteAlphabet.CharAtByte(word, symbols) : symbols;
    }

    private (int Id, int Length)[] Encode(ReadOnlySpan<char> word)
    {
        if (word.Length > LongestCachedWord) return Compute(word);
        if (_cached.TryGetValue(word, out var tokens)) return tokens;
        tokens = Compute(word);
        if (Volatile.Read(ref _cacheCount) < CacheCapacity && _cached.TryAdd(word, tokens)) Interlocked.Increment(ref _cacheCount);
        return tokens;
    }

    private (int Id, int Length)[] Compute(ReadOnlySpan<char> word) => _model.Encode(ByteLevel ? ByteAlphabet.Transform(word) : word);
}
