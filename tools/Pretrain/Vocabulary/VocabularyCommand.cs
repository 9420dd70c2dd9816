using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Training;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>The commands that learn a vocabulary and tell how well one fits some text.</summary>
internal static class VocabularyCommand
{
    private const int RankedWords = 60_000;

    private static readonly Option<FileInfo[]> TextOption = new("--text")
    {
        Description = "Text files in UTF-8, a paragraph a line.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary><c>vocab --corpus DIR --size N --output DIR</c></summary>
    public static System.CommandLine.Command Train()
    {
        var corpus = new Option<DirectoryInfo>("--corpus") { Description = "What tools/corpus.sh made.", Required = true };
        var size = new Option<int>("--size") { Description = "The number of tokens, the special ones included.", DefaultValueFactory = _ => 7_600 };
        var output = new Option<DirectoryInfo>("--output") { Description = "The folder that gets vocab.json and merges.txt.", Required = true };
        var command = new System.CommandLine.Command("vocab", "Learns a byte-level BPE vocabulary from the texts and from the words of the word vectors.") { corpus, size, output };
        command.SetAction(arguments =>
        {
            var watch = Stopwatch.StartNew();
            var counts = new WordCounts();
            var texts = arguments.GetRequiredValue(corpus).FullName;
            foreach (var text in TrainingText.Lines(texts)) counts.Add(text);
            counts.AddRanked(FrequentWords.Read(Path.Combine(texts, "teacher", "vectors.json"), RankedWords));
            // Tokens that are the teacher's pieces can take over their vectors.
            var teacher = new UnigramTokenizer(Path.Combine(texts, "teacher", "sentences", "vocab.json"));
            var vocabulary = BpeTrainer.Train(counts.Pieces(teacher), arguments.GetValue(size));
            var directory = arguments.GetRequiredValue(output).FullName;
            vocabulary.Write(directory);
            Console.WriteLine($"{vocabulary.Tokens.Count} tokens, {vocabulary.Merges.Count} merges in {watch.Elapsed.TotalSeconds:F1} s -> {directory}");
        });
        return command;
    }

    /// <summary><c>measure --tokenizer DIR --text FILE...</c></summary>
    public static System.CommandLine.Command Measure()
    {
        var directory = new Option<DirectoryInfo>("--tokenizer") { Description = "The folder of vocab.json and merges.txt.", Required = true };
        var command = new System.CommandLine.Command("measure", "Tells how many tokens a vocabulary takes for a word.") { directory, TextOption };
        command.SetAction(arguments => Report(arguments.GetRequiredValue(directory).FullName, arguments.GetRequiredValue(TextOption).Select(file => file.FullName)));
        return command;
    }

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
