using Microsoft.ML.Data;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Estimators;

[TestClass]
public class LoraFineTuneEstimatorTests
{
    [TestMethod]
    public void LearnsWhatAWordTells()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 10;
        var model = Sentences.Pipeline(ml, options).Fit(Sentences.View(ml, 200));
        var scored = model.Transform(Sentences.View(ml, 60, seed: 2));
        var metrics = ml.MulticlassClassification.Evaluate(scored);
        Assert.IsGreaterThan(0.95, metrics.MicroAccuracy);
        Assert.HasCount(2, metrics.PerClassLogLoss);

        var labels = Sentences.Make(60, seed: 2).Select(s => s.Label).ToArray();
        var predicted = scored.GetColumn<string>("PredictedLabel").ToArray();
        Assert.AreEqual(metrics.MicroAccuracy, labels.Zip(predicted, (l, p) => l == p ? 1.0 : 0).Average(), 1e-9);
        foreach (var row in Sentences.Scores(scored)) Assert.AreEqual(1, row.Sum(), 1e-5);
    }

    [TestMethod]
    public void ColumnsAreThoseOfAMulticlassTrainer()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 1;
        var data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 20)).Transform(Sentences.View(ml, 20));
        using var model = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(data);
        var schema = model.Transform(data).Schema;

        var score = schema["Score"];
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2), score.Type);
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        CollectionAssert.AreEqual(new[] { "pos", "neg" }, names.DenseValues().Select(n => n.ToString()).ToArray());
        ReadOnlyMemory<char> kind = default;
        score.Annotations.GetValue("ScoreColumnKind", ref kind);
        Assert.AreEqual("MulticlassClassification", kind.ToString());

        var predicted = schema["PredictedLabel"];
        Assert.AreEqual(2ul, ((KeyDataViewType)predicted.Type).Count);
        VBuffer<ReadOnlyMemory<char>> values = default;
        predicted.GetKeyValues(ref values);
        CollectionAssert.AreEqual(new[] { "pos", "neg" }, values.DenseValues().Select(n => n.ToString()).ToArray());
        CollectionAssert.AreEqual(new[] { "pos", "neg" }, model.Labels!.ToArray());
    }

    [TestMethod]
    public void KeyValuesKeepTheirType()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Sentences.Make(40).Select(s => new { s.Text, Label = s.Label == "pos" ? 5f : 2.5f }));
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 1;
        var scored = Sentences.Pipeline(ml, options).Fit(data).Transform(data);
        Assert.AreEqual(NumberDataViewType.Single, scored.Schema["PredictedLabel"].Type);
        Assert.IsTrue(scored.GetColumn<float>("PredictedLabel").All(label => label is 5f or 2.5f));
    }

    [TestMethod]
    public void SimpleArgumentsAreTheOptions()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 3);
        var data = Sentences.View(ml, 40);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        using var simple = ml.MulticlassClassification.Trainers.LoraTextClassification(
            sentence1ColumnName: "Text", baseModel: tiny.Base, maxEpochs: 2, rank: 4, alpha: 8, batchSize: 8, learningRate: 0.01).Fit(keyed);
        using var full = ml.MulticlassClassification.Trainers.LoraTextClassification(new LoraFineTuneEstimator.Options
        {
            Sentence1ColumnName = "Text",
            BaseModel = tiny.Base,
            MaxEpochs = 2,
            Rank = 4,
            Alpha = 8,
            BatchSize = 8,
            LearningRate = 0.01,
        }).Fit(keyed);
        CollectionAssert.AreEqual(
            Sentences.Scores(simple.Transform(data)).SelectMany(s => s).ToArray(), Sentences.Scores(full.Transform(data)).SelectMany(s => s).ToArray());
    }

    [TestMethod]
    public void CrossValidates()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 12;
        var folds = ml.MulticlassClassification.CrossValidate(Sentences.View(ml, 200), Sentences.Pipeline(ml, options), numberOfFolds: 3);
        Assert.HasCount(3, folds);
        foreach (var fold in folds) Assert.IsGreaterThan(0.9, fold.Metrics.MicroAccuracy);
    }

    [TestMethod]
    public void PairsAreRead()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var rows = Sentences.Make(240).Select((s, i) => new { First = $"{i % 7}", Second = s.Text, s.Label }).ToArray();
        var data = ml.Data.LoadFromEnumerable(rows);
        var options = Sentences.Options(tiny);
        (options.Sentence1ColumnName, options.Sentence2ColumnName) = ("First", "Second");
        var model = Sentences.Pipeline(ml, options).Fit(data);
        Assert.IsGreaterThan(0.95, ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void ReportsProgressAndLogsEpochsAndSkippedRows()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        var rows = Sentences.Make(39).Concat([new Sentence { Text = "good good good good good good good", Label = "pos" }, new Sentence { Text = "good", Label = null! }, new Sentence { Text = "bad", Label = "" }]);
        var options = Sentences.Options(tiny);
        var steps = new List<TrainingProgress>();
        (options.MaxEpochs, options.Progress, options.MaxLength) = (2, steps.Add, 8);
        var keys = ml.Transforms.Conversion.MapValueToKey("Label", keyData: ml.Data.LoadFromEnumerable([new { Label = "pos" }, new { Label = "neg" }]));
        var data = ml.Data.LoadFromEnumerable(rows);
        var keyed = keys.Fit(data).Transform(data);
        options.ValidationSet = keyed;
        using var model = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);

        Assert.HasCount(6, steps);
        Assert.IsNotNull(steps[^1].Validation);
        Assert.IsTrue(log.Any(m => m.Contains("Skipped 2 rows of the training set whose label 'Label' is missing")), string.Join("\n", log));
        Assert.IsTrue(log.Any(m => m.Contains("Skipped 2 rows of the validation set")), string.Join("\n", log));
        Assert.IsTrue(log.Any(m => m.Contains("Epoch 2, step 6: training loss")), string.Join("\n", log));
        Assert.IsTrue(log.Any(m => m.Contains("are longer than 8 tokens")), string.Join("\n", log));
        Assert.AreEqual(40, model.Training!.Rows);
    }

    [TestMethod]
    public void OneSeedGivesOneModelAlsoSideBySide()
    {
        using var tiny = new TinyBaseModel();
        float[] Fit()
        {
            var ml = new MLContext(seed: 11);
            var model = Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(Sentences.View(ml, 60));
            return [.. Sentences.Scores(model.Transform(Sentences.View(ml, 60))).SelectMany(s => s)];
        }

        var alone = Fit();
        var together = new float[2][];
        Parallel.For(0, 2, i => together[i] = Fit());
        CollectionAssert.AreEqual(alone, together[0]);
        CollectionAssert.AreEqual(alone, together[1]);
    }

    [TestMethod]
    public void CancellingThrows()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        using var source = new CancellationTokenSource();
        var options = Sentences.Options(tiny);
        options.CancellationToken = source.Token;
        options.Progress = p => { if (p.Step == 2) source.Cancel(); };
        Assert.ThrowsExactly<OperationCanceledException>(() => Sentences.Pipeline(ml, options).Fit(Sentences.View(ml, 100)));
    }

    [TestMethod]
    public void AnAdapterIsTrainedOn()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 100);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var options = Sentences.Options(tiny);
        using var first = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);
        first.SaveAdapter(folder.Root);

        options.InitialAdapter = folder.Root;
        options.MaxEpochs = 1;
        options.LearningRate = 1e-9;
        using var second = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);
        var (before, after) = (Sentences.Scores(first.Transform(data)), Sentences.Scores(second.Transform(data)));
        for (var i = 0; i < before.Length; i++) Assert.AreEqual(before[i][0], after[i][0], 1e-5);
    }
}
