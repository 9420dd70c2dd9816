namespace Microsoft.ML.Tokenizers;

/// <summary>Byte-pair encoding of one word: its symbols, then the merge of least rank, leftmost first, until none applies.</summary>
internal sealed class BpeModel
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idOf;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];
    private readonly int? _unknown;

    public BpeModel(BpeOptions options)
    {
        _ids = new Dictionary<string, int>(options.Vocabulary);
        if (_ids.Count == 0) throw new InvalidOperationException("The vocabulary cannot be empty.");
        if (_ids.Values.Distinct().Count() != _ids.Count) throw new ArgumentException("Two tokens of the vocabulary have one id.");
        _idOf = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        if (options.UnknownToken is { } unknown) _unknown = IdOf(unknown);
        foreach (var merge in options.Merges ?? [])
        {
            if (merge.Split(' ') is not [var left, { Length: > 0 } right]) throw new InvalidOperationException($"Not a merge: '{merge}'.");
            _merges.Add((IdOf(left), IdOf(right)), (_merges.Count, IdOf(left + right)));
        }
    }

    /// <summary>The tokens of a word with the number of its characters that each covers.</summary>
    public (int Id, int Length)[] Encode(ReadOnlySpan<char> word)
    {
        var symbols = Symbols(word);
        Merge(symbols);
        return [.. symbols.Where(s => s.Length > 0).Select(s => (s.Id, s.Length))];
    }

    private int IdOf(string token) =>
        _ids.TryGetValue(token, out var id) ? id : throw new InvalidOperationException($"The vocabulary has no token '{token}'.");

    private Symbol[] Symbols(ReadOnlySpan<char> word)
    {
        var symbols = new List<Symbol>(word.Length);
        for (int i = 0, width; i < word.Length; i += width)
        {
            width = i + 1 < word.Length && char.IsSurrogatePair(word[i], word[i + 1]) ? 2 : 1;
            if ((_idOf.TryGetValue(word.Slice(i, width), out var known) ? known : _unknown) is { } id)
                symbols.Add(new Symbol { Id = id, Length = width, Previous = symbols.Count - 1, Next = symbols.Count + 1 });
        }
        return [.. symbols];
    }

    private void Merge(Symbol[] symbols)
    {
        var queue = new PriorityQueue<(int Position, int Id), (int Rank, int Position)>();
        for (var i = 0; i + 1 < symbols.Length; i++) Consider(i);
        while (queue.TryDequeue(out var merge, out _))
        {
            ref var left = ref symbols[merge.Position];
            if (left.Length == 0 || left.Next >= symbols.Length) continue;
            ref var right = ref symbols[left.Next];
            if (!_merges.TryGetValue((left.Id, right.Id), out var now) || now.Id != merge.Id) continue;     // an entry that has expired
            left.Id = merge.Id;
            left.Length += right.Length;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next < symbols.Length)
            {
                symbols[left.Next].Previous = merge.Position;
                Consider(merge.Position);
            }
            if (left.Previous >= 0) Consider(left.Previous);
        }

        void Consider(int i)
        {
            if (_merges.TryGetValue((symbols[i].Id, symbols[symbols[i].Next].Id), out var merge))
                queue.Enqueue((i, merge.Id), (merge.Rank, i));
        }
    }

    private struct Symbol
    {
        public int Id, Length, Previous, Next;
    }
}
