using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Text files, a paragraph a line, as one run of tokens with the end token between paragraphs.</summary>
internal static class Corpus
{
    private const int LongestParagraph = 1_000_000;

    public static int[] Read(IEnumerable<string> files, TextTokenizer tokenizer)
    {
        var paragraphs = files.SelectMany(File.ReadLines).Where(line => !string.IsNullOrWhiteSpace(line)).ToArray();
        var encoded = tokenizer.EncodeBatch(paragraphs, null, LongestParagraph);
        return [.. encoded.SelectMany(paragraph => paragraph.Ids[1..])];
    }
}
