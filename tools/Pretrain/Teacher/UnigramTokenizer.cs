using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>SentencePiece's unigram model: the pieces of a text whose scores add up to the most (Kudo 2018), found by Viterbi's algorithm.</summary>
internal sealed class UnigramTokenizer
{
    /// <summary>The piece that stands for a character that no piece holds.</summary>
    public const int Unknown = 0;

    private const char Blank = '\u2581';
    private const int Reserved = 6;
    private const double UnknownScore = -30;

    private readonly Dictionary<string, (int Id, double Score)> _pieces = new(StringComparer.Ordinal);
    private readonly int _longest;

    /// <summary>Reads pieces and scores: an array of pairs; a piece without a score is one that its authors wanted whole, which costs nothing.</summary>
    public UnigramTokenizer(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var (piece, id) in json.RootElement.EnumerateArray().Select((piece, id) => (piece, id)))
            if (id >= Reserved)
                _pieces[piece[0].GetString()!] = (id, piece[1].ValueKind == JsonValueKind.Null ? 0 : piece[1].GetDouble());
        _longest = _pieces.Keys.Max(piece => piece.Length);
    }

    /// <summary>A text's pieces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="startsWord">Whether the text begins with a new word, and not within one.</param>
    public Piece[] Encode(string text, bool startsWord = true)
    {
        var symbols = text.Normalize(NormalizationForm.FormKC).Trim().Replace(' ', Blank);
        if (startsWord) symbols = Blank + symbols;
        var best = new (double Score, int From, int Id)[symbols.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, 0, Unknown), 1, symbols.Length);
        var known = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var from = 0; from < symbols.Length; from++)
        {
            Offer(from, from + 1, Unknown, UnknownScore);
            for (var length = 1; length <= Math.Min(_longest, symbols.Length - from); length++)
                if (known.TryGetValue(symbols.AsSpan(from, length), out var piece))
                    Offer(from, from + length, piece.Id, piece.Score);
        }

        var pieces = new List<Piece>();
        for (var end = symbols.Length; end > 0; end = best[end].From) pieces.Add(new(best[end].Id, symbols[best[end].From..end].Replace(Blank, ' ')));
        pieces.Reverse();
        return [.. pieces];

        void Offer(int from, int to, int id, double score)
        {
            if (best[from].Score + score > best[to].Score) best[to] = (best[from].Score + score, from, id);
        }
    }
}
