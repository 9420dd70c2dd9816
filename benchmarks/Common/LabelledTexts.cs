using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Common;

/// <summary>Rows of a tab-separated file with the columns text and label.</summary>
internal sealed record LabelledTexts(IReadOnlyList<string> Texts, IReadOnlyList<string> Labels)
{
    private const int MaxLength = 256;

    /// <summary>Reads a file; with <paramref name="rows"/> above 0 just so many of its rows, drawn with a fixed seed.</summary>
    public static LabelledTexts Read(FileInfo file, int rows = 0)
    {
        var lines = File.ReadLines(file.FullName).Select(line => line.Split('\t')).ToList();
        var (text, label) = (Array.IndexOf(lines[0], "text"), Array.IndexOf(lines[0], "label"));
        if (text < 0 || label < 0) throw new InvalidDataException($"{file.FullName} must have the columns text and label in its header.");
        var picked = lines.Skip(1).ToArray();
        if (rows > 0)
        {
            new Random(1).Shuffle(picked);
            picked = picked[..Math.Min(rows, picked.Length)];
        }

        return new([.. picked.Select(line => line[text])], [.. picked.Select(line => line[label])]);
    }

    /// <summary>The rows as a model reads them.</summary>
    /// <param name="tokenizer">The base's.</param>
    /// <param name="names">The names of the classes in order.</param>
    public IReadOnlyList<TokenizedRow> Tokenize(TextTokenizer tokenizer, IReadOnlyList<string> names)
    {
        var index = names.Select((name, i) => (name, i)).ToDictionary(each => each.name, each => each.i);
        return [.. Texts.Select((text, i) => new TokenizedRow(tokenizer.Encode(text, null, MaxLength), index[Labels[i]]))];
    }
}
