using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests;

/// <summary>The README's example does what the README says.</summary>
[TestClass]
public class ReadmeTests
{
    public sealed class Review
    {
        [LoadColumn(0)] public string Text { get; set; } = "";
        [LoadColumn(1)] public string Label { get; set; } = "";
    }

    public sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
    }

    [TestMethod]
    [DoNotParallelize]
    public void TheExampleRuns()
    {
        using var folder = new TemporaryFolder();
        folder.Write("reviews.tsv", "Text\tLabel\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"review {i} is {(i % 2 == 0 ? "good\tgood" : "bad\tbad")}\n")));
        var (directory, output) = (Directory.GetCurrentDirectory(), Console.Out);
        using var printed = new StringWriter();
        try
        {
            Directory.SetCurrentDirectory(folder.Root);
            Console.SetOut(printed);
            Example();
        }
        finally
        {
            Directory.SetCurrentDirectory(directory);
            Console.SetOut(output);
        }

        Assert.IsTrue(printed.ToString().Trim() is "good" or "bad", printed.ToString());
        Assert.IsTrue(File.Exists(folder["sentiment.zip"]));
        Assert.IsLessThan(4_000_000, new FileInfo(folder["sentiment.zip"]).Length);
    }

    [TestMethod]
    public void TheExampleIsTheReadmes()
    {
        var readme = Lines(Repository.Require("README.md")).ToList();
        var from = readme.IndexOf("```csharp");
        var example = readme.Skip(from + 1).TakeWhile(line => line != "```").ToArray();
        Assert.IsGreaterThan(9, example.Length);
        var code = Lines(Repository.Require("tests", "Microsoft.ML.Lora.Tests", "ReadmeTests.cs")).Select(line => line.Trim()).ToHashSet();
        foreach (var line in example) Assert.Contains(line.Trim(), code, line);
    }

    private static void Example()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromTextFile<Review>("reviews.tsv", hasHeader: true);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.LoraTextClassification(
                labelColumnName: "Label", sentence1ColumnName: "Text", baseModel: BaseModel.Bundled))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(data);
        ml.Model.Save(model, data.Schema, "sentiment.zip");
        var engine = ml.Model.CreatePredictionEngine<Review, Prediction>(model);
        Console.WriteLine(engine.Predict(new Review { Text = "The waiter was kind and the soup was wonderful." }).PredictedLabel);
    }

    private static string[] Lines(string path) => File.ReadAllLines(path);
}
