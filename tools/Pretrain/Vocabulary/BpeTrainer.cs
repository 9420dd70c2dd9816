using System.Text;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>Learns byte-pair merges: again and again the most frequent pair of neighbours in the words becomes a token.</summary>
/// <remarks>
/// Equal counts are decided by the smaller ids, so the result depends on the word counts alone. A merge touches only the words
/// that hold its pair; the queue's entries may be out of date and are checked as they come up.
/// </remarks>
internal sealed class BpeTrainer
{
    private const int LeastCount = 2;

    private readonly List<string> _tokens = [.. BpeVocabulary.FirstSpecials];
    private readonly Dictionary<string, int> _ids;
    private readonly List<(string Left, string Right)> _merges = [];
    private readonly List<(int[] Symbols, long Count)> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _wordsWith = [];
    private readonly PriorityQueue<(int Left, int Right), (long Negated, int Left, int Right)> _queue = new();
    private readonly HashSet<(int Left, int Right)> _grown = [];

    private BpeTrainer(IReadOnlyDictionary<string, long> wordCounts)
    {
        var firstByte = _tokens.Count;
        var alphabet = ByteCharacters();
        _tokens.AddRange(alphabet.Select(c => c.ToString()));
        _ids = _tokens.Select((token, id) => (token, id)).ToDictionary(x => x.token, x => x.id, StringComparer.Ordinal);
        foreach (var (word, count) in wordCounts.OrderBy(w => w.Key, StringComparer.Ordinal))
            _words.Add(([.. Encoding.UTF8.GetBytes(word).Select(b => firstByte + b)], count));
        for (var word = 0; word < _words.Count; word++) CountPairs(word, +1);
        EnqueueGrown();
    }

    /// <summary>A vocabulary of at most <paramref name="size"/> tokens, the special ones included.</summary>
    /// <param name="wordCounts">The words of a corpus and their counts.</param>
    /// <param name="size">The number of tokens wanted; fewer result when no pair is left that occurs twice.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> does not even hold the bytes.</exception>
    public static BpeVocabulary Train(IReadOnlyDictionary<string, long> wordCounts, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, BpeVocabulary.FirstSpecials.Count + 256 + 1);
        var trainer = new BpeTrainer(wordCounts);
        while (trainer._tokens.Count < size - 1 && trainer.MergeMostFrequent()) ;
        return new BpeVocabulary([.. trainer._tokens, BpeVocabulary.Mask], trainer._merges);
    }

    /// <summary>The printable character that stands for each byte.</summary>
    public static char[] ByteCharacters()
    {
        var next = (char)256;
        return [.. Enumerable.Range(0, 256).Select(b => b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : next++)];
    }

    private bool MergeMostFrequent()
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            var count = _pairCounts.GetValueOrDefault(pair);
            if (SpellsSpecial(pair)) continue;
            if (count == -priority.Negated)
            {
                Merge(pair);
                return true;
            }
            if (count >= LeastCount && count < -priority.Negated) _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
        }
        return false;
    }

    private bool SpellsSpecial((int Left, int Right) pair) =>
        _tokens[pair.Left] + _tokens[pair.Right] is var token && (token == BpeVocabulary.Mask || BpeVocabulary.FirstSpecials.Contains(token));

    private void Merge((int Left, int Right) pair)
    {
        var merged = TokenFor(_tokens[pair.Left] + _tokens[pair.Right]);
        _merges.Add((_tokens[pair.Left], _tokens[pair.Right]));
        foreach (var word in _wordsWith[pair].ToArray())
        {
            CountPairs(word, -1);
            _words[word] = (Replace(_words[word].Symbols, pair, merged), _words[word].Count);
            CountPairs(word, +1);
        }
        EnqueueGrown();
    }

    private int TokenFor(string token)
    {
        if (_ids.TryGetValue(token, out var id)) return id;
        _ids.Add(token, _tokens.Count);
        _tokens.Add(token);
        return _tokens.Count - 1;
    }

    private void CountPairs(int word, int sign)
    {
        var (symbols, count) = _words[word];
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            var pair = (symbols[i], symbols[i + 1]);
            var now = _pairCounts.GetValueOrDefault(pair) + sign * count;
            if (now == 0) _pairCounts.Remove(pair);
            else _pairCounts[pair] = now;
            if (!_wordsWith.TryGetValue(pair, out var words)) _wordsWith.Add(pair, words = []);
            if (sign < 0) words.Remove(word);
            else words.Add(word);
            if (sign > 0) _grown.Add(pair);
        }
    }

    private void EnqueueGrown()
    {
        foreach (var pair in _grown)
            if (_pairCounts.GetValueOrDefault(pair) is >= LeastCount and var count)
                _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
        _grown.Clear();
    }

    private static int[] Replace(int[] symbols, (int Left, int Right) pair, int merged)
    {
        var result = new List<int>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
            if (i + 1 < symbols.Length && symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                result.Add(merged);
                i++;
            }
            else
            {
                result.Add(symbols[i]);
            }
        return [.. result];
    }
}
