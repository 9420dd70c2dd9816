using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>What runs in a process of its own, and what it gives.</summary>
internal static class Measurements
{
    private const int RowsPerStep = 16;
    private const int WarmUpSteps = 2;
    private const int LimitSamples = 8;

    /// <summary>Trains an adapter, 16 rows a step, with dropout on.</summary>
    public static Throughput Train(string baseModel, IReadOnlyList<TokenizedRow> rows, int steps, int rank = 8, int rowsPerStep = RowsPerStep, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        using var classifier = Classifiers.Open(baseModel, classes: 2, seed: 1, precision);
        using var adapter = Adapt(classifier, rank);
        var options = new TrainingOptions { Epochs = 1, BatchSize = rowsPerStep, Seed = 1 };
        var (clock, limits) = (new Stopwatch(), new List<double>());
        long before = 0;
        var chosen = rows.Take((steps + WarmUpSteps) * rowsPerStep).ToList();
        var tokensPerStep = (long)(rowsPerStep * chosen.Average(row => row.Length));
        var trainer = new Trainer(classifier.Model, adapter, options, CPU);
        trainer.Run(chosen, [], progress =>
        {
            clock.Stop();
            if (progress.Step < WarmUpSteps) return;
            if (progress.Step == WarmUpSteps) before = trainer.State.SeenTokens;
            // Now and then, since the machine's speed changes while the training runs.
            if ((progress.Step - WarmUpSteps) % Math.Max(1, steps / LimitSamples) == 0)
                limits.Add(Product.TokenLimit(classifier.Model.Configuration, tokensPerStep, passes: 2));
            clock.Start();
        }, CancellationToken.None);
        clock.Stop();
        var tokens = trainer.State.SeenTokens - before;
        return new Throughput(steps * rowsPerStep / clock.Elapsed.TotalSeconds, tokens / clock.Elapsed.TotalSeconds, limits.Average());
    }

    /// <summary>Scores all rows in one go.</summary>
    public static Throughput Score(string baseModel, IReadOnlyList<TokenizedRow> rows)
    {
        using var classifier = Classifiers.Open(baseModel, classes: 2, seed: 1);
        using var adapter = Adapt(classifier, rank: 8);
        adapter.Merge();
        var scorer = new Scorer(classifier.Model, CPU);
        TokenizedText[] texts = [.. rows.Select(row => row.Text)];
        scorer.Scores(texts[..Math.Min(32, texts.Length)]);
        var clock = Stopwatch.StartNew();
        scorer.Scores(texts);
        var seconds = clock.Elapsed.TotalSeconds;
        var tokens = rows.Sum(row => (long)row.Length);
        return new Throughput(rows.Count / seconds, tokens / seconds, Product.TokenLimit(classifier.Model.Configuration, tokens: 1024, passes: 1));
    }

    /// <summary>Scores row by row.</summary>
    public static Latency Latencies(string baseModel, IReadOnlyList<TokenizedRow> rows)
    {
        using var classifier = Classifiers.Open(baseModel, classes: 2, seed: 1);
        using var adapter = Adapt(classifier, rank: 8);
        adapter.Merge();
        var scorer = new Scorer(classifier.Model, CPU);
        for (var i = 0; i < 5; i++) scorer.Scores([rows[i % rows.Count].Text]);
        var times = rows.Select(row =>
        {
            var clock = Stopwatch.StartNew();
            scorer.Scores([row.Text]);
            return clock.Elapsed.TotalMilliseconds;
        }).Order().ToList();
        return new Latency(times.Average(), Pairs.Median(times), times[(int)(0.99 * (times.Count - 1))]);
    }

    /// <summary>Writes a model zip on the base, after a single step.</summary>
    public static void SaveModel(string baseModel, string path)
    {
        var context = new MLContext(seed: 1);
        Review[] rows = [new() { Text = "good", Label = "1" }, new() { Text = "bad", Label = "0" }];
        var data = context.Data.LoadFromEnumerable(rows);
        var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.LoraTextClassification(
                sentence1ColumnName: "Text", maxEpochs: 1, baseModel: BaseModel.FromDirectory(baseModel)))
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        context.Model.Save(pipeline.Fit(data), data.Schema, path);
    }

    /// <summary>Loads a model zip and predicts one row.</summary>
    public static float FirstPrediction(string path)
    {
        var context = new MLContext();
        var engine = context.Model.CreatePredictionEngine<Review, Prediction>(context.Model.Load(path, out _));
        return engine.Predict(new Review { Text = "a gripping, well acted film", Label = "1" }).Score[0];
    }

    private static LoraModel Adapt(Classifiers classifier, int rank)
    {
        using var generator = new Generator(1);
        var config = new LoraConfig { Rank = rank, Alpha = 16, TargetModules = [.. classifier.Targets], ModulesToSave = classifier.Model.HeadModules };
        return LoraModel.Inject(classifier.Model, config, classifier.Model.Dropout, generator);
    }

    private sealed class Review
    {
        public string Text { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        [ColumnName("Score")]
        public float[] Score { get; set; } = [];
    }
}

/// <summary>How much was done a second.</summary>
/// <param name="RowsPerSecond">Rows.</param>
/// <param name="TokensPerSecond">Real tokens; padding does not count.</param>
/// <param name="TokenLimit">The tokens a second that the measured matrix-product rate would allow.</param>
internal sealed record Throughput(double RowsPerSecond, double TokensPerSecond, double TokenLimit);

/// <summary>How long one row takes, in milliseconds.</summary>
internal sealed record Latency(double Mean, double Median, double P99);
