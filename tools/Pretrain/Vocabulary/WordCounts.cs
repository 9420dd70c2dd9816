using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>How often each word of a corpus occurs, cut as the tokenizer cuts.</summary>
internal sealed class WordCounts
{
    private readonly Gpt2PreTokenizer _cutter = new();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The words, a leading space included, and their counts.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Counts the words of a paragraph.</summary>
    public void Add(string paragraph)
    {
        var words = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (offset, length) in _cutter.PreTokenize(paragraph))
            CollectionsMarshal.GetValueRefOrAddDefault(words, paragraph.AsSpan(offset, length), out _)++;
    }

    /// <summary>The pieces that a teacher cuts the words into, and their counts.</summary>
    public IReadOnlyDictionary<string, long> Pieces(UnigramTokenizer teacher)
    {
        var pieces = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in _counts.Where(word => !string.IsNullOrWhiteSpace(word.Key)))
            foreach (var piece in teacher.Encode(word, word.StartsWith(' ')))
                CollectionsMarshal.GetValueRefOrAddDefault(pieces, piece.Text, out _) += count;
        return pieces;
    }

    /// <summary>
    /// Counts words that only their rank is known of, as if they came from a text of some six million words in which frequencies fall as 1/rank (Zipf's law):
    /// in lower case after a blank and, more rarely, with a capital letter or at the beginning.
    /// </summary>
    public void AddRanked(IEnumerable<string> words)
    {
        const double scale = 700_000;
        foreach (var (word, rank) in words.Select((word, rank) => (word, rank)))
        {
            if (!word.All(char.IsAsciiLetterLower)) continue;
            var count = scale / (rank + 10);
            AddCount(" " + word, count);
            var capital = char.ToUpperInvariant(word[0]) + word[1..];
            AddCount(" " + capital, count / 10);
            AddCount(capital, count / 10);
            AddCount(word, count / 20);
        }

        void AddCount(string word, double count) => CollectionsMarshal.GetValueRefOrAddDefault(_counts, word, out _) += (long)count;
    }
}
