using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>A row to learn from.</summary>
/// <param name="Text">A sentence or a short passage.</param>
/// <param name="Ids">Its tokens, the special ones included.</param>
/// <param name="Task">The task that its label belongs to, or -1.</param>
/// <param name="Label">The class within the task.</param>
internal sealed record TrainingRow(string Text, int[] Ids, int Task, int Label);

/// <summary>A labelled file.</summary>
/// <param name="Name">The file's name without its ending.</param>
/// <param name="Classes">The labels.</param>
internal sealed record LabelledTask(string Name, string[] Classes);

/// <summary>The rows of all files: <c>text/*.txt</c>, a text a line, and <c>tasks/*.tsv</c>, a label, a tab and a text a line.</summary>
internal sealed class TrainingText
{
    private TrainingText(TrainingRow[] rows, LabelledTask[] tasks) => (Rows, Tasks) = (rows, tasks);

    public TrainingRow[] Rows { get; }

    public LabelledTask[] Tasks { get; }

    /// <summary>The texts alone.</summary>
    public static IEnumerable<string> Lines(string directory) =>
        Files(directory, "text", "*.txt").SelectMany(File.ReadLines).Where(text => text.Length > 0)
            .Concat(Files(directory, "tasks", "*.tsv").SelectMany(File.ReadLines).Select(line => line.Split('\t', 2)[1]));

    public static TrainingText Read(string directory, TextTokenizer tokenizer, int longest)
    {
        List<(string Text, int Task, int Label)> texts = [];
        List<LabelledTask> tasks = [];
        foreach (var file in Files(directory, "text", "*.txt"))
            texts.AddRange(File.ReadLines(file).Where(text => text.Length > 0).Select(text => (text, -1, 0)));
        foreach (var file in Files(directory, "tasks", "*.tsv"))
        {
            var lines = File.ReadLines(file).Select(line => line.Split('\t', 2)).ToArray();
            string[] classes = [.. lines.Select(line => line[0]).Distinct().Order(StringComparer.Ordinal)];
            texts.AddRange(lines.Select(line => (line[1], tasks.Count, Array.IndexOf(classes, line[0]))));
            tasks.Add(new(Path.GetFileNameWithoutExtension(file), classes));
        }

        var tokens = tokenizer.EncodeBatch([.. texts.Select(text => text.Text)], null, longest);
        return new([.. texts.Zip(tokens, (text, encoded) => new TrainingRow(text.Text, encoded.Ids, text.Task, text.Label))], [.. tasks]);
    }

    private static IEnumerable<string> Files(string directory, string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(directory, folder), pattern).Order(StringComparer.Ordinal);
}
