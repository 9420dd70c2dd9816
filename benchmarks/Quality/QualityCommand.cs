using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Quality;

/// <summary>quality: accuracy after the same training of the same base, here and by the PyTorch + PEFT peer.</summary>
internal static class QualityCommand
{
    private const int BatchSize = 16;
    private const double LearningRate = 5e-4;

    public static System.CommandLine.Command Create()
    {
        var bases = Arguments.Base(BaseModel.DefaultBundledName);
        var data = Arguments.Data("--data", "Rows to train on: a TSV with the columns text and label.", "../shared/data/sst2/train.tsv");
        var evaluation = Arguments.Data("--eval", "Rows to evaluate on.", "../shared/data/sst2/dev.tsv");
        var (rows, epochs) = (Arguments.Number("--rows", "How many rows to train on, drawn with a fixed seed.", 2000), Arguments.Number("--epochs", "Passes over them.", 3));
        var seeds = Arguments.Number("--seeds", "How many seeds.", 3);
        var peer = new Option<FileInfo>("--peer") { Description = "The peer's program, peer_lora.py.", DefaultValueFactory = _ => new FileInfo("../shared/peer/peer_lora.py") };
        var python = new Option<string>("--python") { Description = "What runs it.", DefaultValueFactory = _ => "/usr/bin/python3" };
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("quality", "Compares the accuracy after training with that of the PyTorch + PEFT peer.") { bases, data, evaluation, rows, epochs, seeds, peer, python, json };
        command.SetAction(result =>
        {
            var training = LabelledTexts.Read(result.GetRequiredValue(data), result.GetValue(rows));
            var held = LabelledTexts.Read(result.GetRequiredValue(evaluation));
            var figures = Measure(
                result.GetRequiredValue(bases), training, held, result.GetValue(epochs), result.GetValue(seeds), result.GetRequiredValue(peer), result.GetRequiredValue(python));
            string Text(double number) => number.ToString("F4", CultureInfo.InvariantCulture);
            Report.Print(
                ["accuracy", .. figures.Ours.Select((_, i) => $"seed {i + 1}"), "mean", "deviation"],
                [
                    ["ours", .. figures.Ours.Select(Text), Text(figures.Ours.Average()), Text(Deviation(figures.Ours))],
                    ["peer", .. figures.Peers.Select(Text), Text(figures.Peers.Average()), Text(Deviation(figures.Peers))],
                ]);
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    private static QualityFigures Measure(string name, LabelledTexts training, LabelledTexts held, int epochs, int seeds, FileInfo peer, string python)
    {
        var folder = Directory.CreateTempSubdirectory("mlnetlora-quality").FullName;
        try
        {
            var names = training.Labels.Concat(held.Labels).Distinct().Order(StringComparer.Ordinal).ToList();
            var directory = BaseModel.Parse(name).Resolve().Directory;
            var (ours, peers) = (new List<double>(), new List<double>());
            var (trainFile, evalFile) = (Path.Combine(folder, "train.jsonl"), Path.Combine(folder, "eval.jsonl"));
            for (var seed = 1; seed <= seeds; seed++)
            {
                using var classifier = Classifiers.Open(name, names.Count, seed);
                var (rows, evaluation) = (training.Tokenize(classifier.Tokenizer!, names), held.Tokenize(classifier.Tokenizer!, names));
                Write(trainFile, rows);
                Write(evalFile, evaluation);
                ours.Add(Accuracy(classifier, rows, evaluation, epochs, seed));
                string[] arguments =
                [
                    peer.FullName, "train", "--data", trainFile, "--eval", evalFile, "--config", Path.Combine(directory, "config.json"),
                    "--weights", Path.Combine(directory, "model.safetensors"), "--epochs", $"{epochs}", "--batch", $"{BatchSize}",
                    "--lr", LearningRate.ToString(CultureInfo.InvariantCulture), "--seed", $"{seed}", "--warmup-steps", "0",
                ];
                peers.Add(Child.Run(python, arguments).Json.GetProperty("accuracy").GetDouble());
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: ours {ours[^1]:F4}, peer {peers[^1]:F4}"));
            }

            return new(ours, peers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Accuracy(Classifiers classifier, IReadOnlyList<TokenizedRow> rows, IReadOnlyList<TokenizedRow> evaluation, int epochs, int seed)
    {
        using var generator = new Generator((ulong)seed);
        var config = new LoraConfig { Rank = 8, Alpha = 16, TargetModules = [.. classifier.Targets], ModulesToSave = classifier.Model.HeadModules };
        using var adapter = LoraModel.Inject(classifier.Model, config, classifier.Model.Dropout, generator);
        var options = new TrainingOptions { Epochs = epochs, BatchSize = BatchSize, LearningRate = LearningRate, Seed = seed };
        new Trainer(classifier.Model, adapter, options, CPU).Run(rows, [], null, CancellationToken.None);
        return new Scorer(classifier.Model, CPU).Evaluate(evaluation).Accuracy;
    }

    private static void Write(string path, IReadOnlyList<TokenizedRow> rows) =>
        File.WriteAllLines(path, rows.Select(row => JsonSerializer.Serialize(new { ids = row.Text.Ids, label = row.Label })));

    private static double Deviation(IReadOnlyList<double> numbers)
    {
        var mean = numbers.Average();
        return numbers.Count < 2 ? 0 : Math.Sqrt(numbers.Sum(number => (number - mean) * (number - mean)) / (numbers.Count - 1));
    }
}

/// <summary>Accuracies, a seed an element.</summary>
internal sealed record QualityFigures(IReadOnlyList<double> Ours, IReadOnlyList<double> Peers);
