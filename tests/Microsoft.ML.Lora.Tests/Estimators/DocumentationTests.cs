using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>docs/training.md and docs/serving.md: their examples run, and no option is left out.</summary>
[TestClass]
public class DocumentationTests
{
    [TestMethod]
    [DoNotParallelize]
    public async Task TheExamplesRun()
    {
        using var folder = new TemporaryFolder();
        var (directory, output) = (Directory.GetCurrentDirectory(), Console.Out);
        using var printed = new StringWriter();
        try
        {
            Directory.SetCurrentDirectory(folder.Root);
            Console.SetOut(printed);
            Train();
            await ServeAsync(Sentences.Make(3).Select(sentence => (string?)sentence.Text).ToAsyncEnumerable());
        }
        finally
        {
            Directory.SetCurrentDirectory(directory);
            Console.SetOut(output);
        }

        StringAssert.Contains(printed.ToString(), "step 1 of ");
        Assert.IsTrue(File.Exists(folder["report.html"]));
        Assert.HasCount(5, printed.ToString().Split('\n').Where(line => line.StartsWith("pos", StringComparison.Ordinal) || line.StartsWith("neg", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("training.md", 1)]
    [DataRow("serving.md", 1)]
    public void TheExamplesAreThePages(string page, int blocks)
    {
        var code = File.ReadLines(Repository.Require("tests", "Microsoft.ML.Lora.Tests", "Estimators", "DocumentationTests.cs")).Select(line => line.Trim()).ToHashSet();
        var text = File.ReadAllText(Repository.Require("docs", page));
        foreach (var block in text.Split("```csharp\n").Skip(1).Take(blocks))
            foreach (var line in block[..block.IndexOf("```", StringComparison.Ordinal)].Trim().Split('\n')) Assert.Contains(line.Trim(), code, line);
    }

    [TestMethod]
    public void EveryOptionIsOnThePage()
    {
        var page = File.ReadAllText(Repository.Require("docs", "training.md"));
        foreach (var option in typeof(LoraFineTuneEstimator.Options).GetProperties().Where(property => property.GetMethod!.IsPublic))
            StringAssert.Contains(page, $"`{option.Name}`");
    }

    private static void Train()
    {
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 40);
        using var stop = new CancellationTokenSource();
        var options = new LoraFineTuneEstimator.Options
        {
            Sentence1ColumnName = "Text",
            ValidationFraction = 0.1,
            MonitoredMetric = MonitoredMetric.MacroF1,
            EarlyStoppingPatience = 3,
            CheckpointDirectory = "checkpoints",
            ReportPath = "report.html",
            CancellationToken = stop.Token,
            WhenCancelled = CancellationBehavior.ReturnBestModel,
            Progress = progress => Console.WriteLine($"step {progress.Step} of {progress.TotalSteps}, loss {progress.Loss:F3}"),
        };
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.LoraTextClassification(options))
            .Fit(data);
        ml.Model.Save(model, data.Schema, "sentiment.zip");
        model.LastTransformer.Dispose();
    }

    private static async Task ServeAsync(IAsyncEnumerable<string?> lines)
    {
        var loaded = new MLContext().Model.Load("sentiment.zip", out _);
        using var model = ((IEnumerable<ITransformer>)loaded).OfType<LoraFineTuneTransformer>().Single();
        foreach (var prediction in model.Predict(["Good.", "Not good."])) Console.WriteLine($"{prediction.Label} {prediction.Score:P0}");
        await foreach (var prediction in model.PredictAsync(lines)) Console.WriteLine(prediction.Label);   // lines: IAsyncEnumerable<string?>
    }
}
