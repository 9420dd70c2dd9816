using System.Runtime.InteropServices;
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

    /// <summary>Counts the words of text files, a paragraph a line.</summary>
    public static WordCounts OfFiles(IEnumerable<string> paths)
    {
        var counts = new WordCounts();
        foreach (var paragraph in paths.SelectMany(File.ReadLines)) counts.Add(paragraph);
        return counts;
    }
}
