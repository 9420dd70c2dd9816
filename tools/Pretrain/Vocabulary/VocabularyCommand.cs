using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>The commands that learn a vocabulary and tell how well one fits some text.</summary>
internal static class VocabularyCommand
{
    private static readonly Option<FileInfo[]> TextOption = new("--text")
    {
        Description = "Text files in UTF-8, a paragraph a line.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary><c>vocab --text FILE... --size N --output DIR</c></summary>
    public static System.CommandLine.Command Train()
    {
        var size = new Option<int>("--size") { Description = "The number of tokens, the special ones included.", DefaultValueFactory = _ => 8000 };
        var output = new Option<DirectoryInfo>("--output") { Description = "The folder that gets vocab.json and merges.txt.", Required = true };
        var command = new System.CommandLine.Command("vocab", "Learns a byte-level BPE vocabulary.") { TextOption, size, output };
        command.SetAction(arguments =>
        {
            var watch = Stopwatch.StartNew();
            var files = Paths(arguments);
            var vocabulary = BpeTrainer.Train(WordCounts.OfFiles(files).Counts, arguments.GetValue(size));
            var directory = arguments.GetRequiredValue(output).FullName;
            vocabulary.Write(directory);
            Console.WriteLine($"{vocabulary.Tokens.Count} tokens, {vocabulary.Merges.Count} merges in {watch.Elapsed.TotalSeconds:F1} s -> {directory}");
            Report(directory, files);
        });
        return command;
    }

    /// <summary><c>measure --tokenizer DIR --text FILE...</c></summary>
    public static System.CommandLine.Command Measure()
    {
        var directory = new Option<DirectoryInfo>("--tokenizer") { Description = "The folder of vocab.json and merges.txt.", Required = true };
        var command = new System.CommandLine.Command("measure", "Tells how many tokens a vocabulary takes for a word.") { directory, TextOption };
        command.SetAction(arguments => Report(arguments.GetRequiredValue(directory).FullName, Paths(arguments)));
        return command;
    }

    private static string[] Paths(ParseResult arguments) => [.. arguments.GetRequiredValue(TextOption).Select(f => f.FullName)];

    private static void Report(string directory, IEnumerable<string> files)
    {
        var tokenizer = TextTokenizer.FromDirectory(directory);
        foreach (var file in files)
        {
            var paragraphs = File.ReadAllLines(file);
            var words = paragraphs.Sum(p => p.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).LongLength);
            var tokens = tokenizer.EncodeBatch(paragraphs, null, int.MaxValue).Sum(t => t.Ids.LongLength - 2);
            Console.WriteLine($"{Path.GetFileName(file),-28} {words,9} words  {tokens,9} tokens  {(double)tokens / words:F3} tokens a word");
        }
    }
}
