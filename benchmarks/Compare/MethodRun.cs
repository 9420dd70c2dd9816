using System.Diagnostics;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Compare;

/// <summary>Trains and evaluates one way of fine-tuning.</summary>
internal static class MethodRun
{
    private const int BatchSize = 16;

    public static MethodFigures Run(Method method, CompareOptions options)
    {
        var (training, evaluation) = (LabelledTexts.Read(options.Data, options.Rows), LabelledTexts.Read(options.Evaluation));
        var names = training.Labels.Concat(evaluation.Labels).Distinct().Order(StringComparer.Ordinal).ToList();
        using var classifier = Classifiers.Open(options.Base, names.Count, options.Seed);
        var tokenizer = classifier.Tokenizer ?? throw new ArgumentException($"{options.Base} has no tokenizer, which compare needs.");
        using var generator = new Generator((ulong)options.Seed);
        using var applied = method.Apply(classifier, generator);
        var settings = new TrainingOptions { Epochs = options.Epochs, BatchSize = BatchSize, LearningRate = method.LearningRate, Seed = options.Seed };
        var steps = new List<double>();
        var clock = Stopwatch.StartNew();
        var result = new Trainer(classifier.Model, applied, settings, CPU).Run(training.Tokenize(tokenizer, names), [], _ =>
        {
            steps.Add(clock.Elapsed.TotalMilliseconds);
            clock.Restart();
        }, CancellationToken.None);
        var trained = applied.TrainableParameters();
        var accuracy = new Scorer(classifier.Model, CPU).Evaluate(evaluation.Tokenize(tokenizer, names)).Accuracy;
        return new(
            method.Name, trained.Sum(each => each.Parameter.numel()), FileBytes(trained.Select(each => (each.Name, (Tensor)each.Parameter))),
            Pairs.Median(steps), PeakMegabytes(), accuracy, result.FinalLoss);
    }

    private static long FileBytes(IEnumerable<(string, Tensor)> tensors)
    {
        var path = Path.GetTempFileName();
        try
        {
            SafetensorsWriter.Write(path, tensors, SafetensorsWriter.PyTorchMetadata);
            return new FileInfo(path).Length;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
