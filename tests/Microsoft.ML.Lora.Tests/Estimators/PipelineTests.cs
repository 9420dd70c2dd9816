using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>What ML.NET's users put around a trainer.</summary>
[TestClass]
public class PipelineTests
{
    private static LoraFineTuneEstimator.Options Quick(TinyBaseModel tiny)
    {
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 2;
        return options;
    }

    [TestMethod]
    public void OneEstimatorFitsTwice()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 60);
        var pipeline = Sentences.Pipeline(ml, Quick(tiny));
        var (first, second) = (pipeline.Fit(data), pipeline.Fit(data));
        CollectionAssert.AreEqual(Sentences.Scores(first.Transform(data)).SelectMany(s => s).ToArray(), Sentences.Scores(second.Transform(data)).SelectMany(s => s).ToArray());
    }

    [TestMethod]
    public void FiveFoldsInParallelAreTheFoldsAlone()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var folds = ml.Data.CrossValidationSplit(Sentences.View(ml, 100), numberOfFolds: 5);
        float[] Fold(int fold) =>
            [.. Sentences.Scores(Sentences.Pipeline(ml, Quick(tiny)).Fit(folds[fold].TrainSet).Transform(folds[fold].TestSet)).SelectMany(s => s)];
        var alone = Enumerable.Range(0, 5).Select(Fold).ToArray();
        var together = new float[5][];
        Parallel.For(0, 5, fold => together[fold] = Fold(fold));
        for (var fold = 0; fold < 5; fold++) CollectionAssert.AreEqual(alone[fold], together[fold], $"fold {fold}");
        Assert.HasCount(5, ml.MulticlassClassification.CrossValidate(Sentences.View(ml, 100), Sentences.Pipeline(ml, Quick(tiny)), numberOfFolds: 5));
    }

    [TestMethod]
    public void AChainMayHoldTheTrainerTwice()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 60);
        var other = Quick(tiny);
        (other.ScoreColumnName, other.PredictionColumnName, other.Seed) = ("Score2", "PredictedLabel2", 9);
        var model = Sentences.Pipeline(ml, Quick(tiny)).Append(ml.MulticlassClassification.Trainers.LoraTextClassification(other)).Fit(data);
        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        var (scored, reloaded) = (model.Transform(data), ml.Model.Load(folder["model.zip"], out _).Transform(data));
        foreach (var column in new[] { "Score", "Score2" })
            CollectionAssert.AreEqual(
                scored.GetColumn<float[]>(column).SelectMany(s => s).ToArray(), reloaded.GetColumn<float[]>(column).SelectMany(s => s).ToArray());
        CollectionAssert.AreNotEqual(
            scored.GetColumn<float[]>("Score").SelectMany(s => s).ToArray(), scored.GetColumn<float[]>("Score2").SelectMany(s => s).ToArray());
    }

    [TestMethod]
    public void CachingAndShufflingGoBeforeIt()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.ShuffleRows(ml.Data.Cache(Sentences.View(ml, 200)), seed: 1);
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 10;
        var model = ml.Transforms.Conversion.MapValueToKey("Label").AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.LoraTextClassification(options)).Fit(data);
        var scored = ml.Data.ShuffleRows(model.Transform(data), seed: 2);
        Assert.IsGreaterThan(0.8, ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
    }

    [TestMethod]
    public void ALoaderIsSavedWithTheModel()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var file = folder.Write("rows.tsv", "Text\tLabel\n" + string.Concat(Sentences.Make(60).Select(s => $"{s.Text}\t{s.Label}\n")));
        var loader = ml.Data.CreateTextLoader(
            [new("Text", DataKind.String, 0), new("Label", DataKind.String, 1)], separatorChar: '\t', hasHeader: true);
        var source = new MultiFileSource(file);
        var model = Sentences.Pipeline(ml, Quick(tiny)).Fit(loader.Load(source));
        ml.Model.Save(model, loader, folder["model.zip"]);
        var loaded = ml.Model.LoadWithDataLoader(folder["model.zip"], out var savedLoader);
        CollectionAssert.AreEqual(
            Sentences.Scores(model.Transform(loader.Load(source))).SelectMany(s => s).ToArray(),
            Sentences.Scores(loaded.Transform(savedLoader.Load(source))).SelectMany(s => s).ToArray());
    }

    [TestMethod]
    public void WhatAModelWasTrainedWithIsSaved()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 5);
        var data = Sentences.View(ml, 40);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        using var model = ml.MulticlassClassification.Trainers.LoraTextClassification(Quick(tiny)).Fit(keyed);
        ml.Model.Save(model, keyed.Schema, folder["model.zip"]);
        var loaded = ml.Model.Load(folder["model.zip"], out _);
        using var transformer = loaded as LoraFineTuneTransformer ?? ((IEnumerable<ITransformer>)loaded).OfType<LoraFineTuneTransformer>().Single();
        CollectionAssert.AreEquivalent(model.TrainingOptions!.ToArray(), transformer.TrainingOptions!.ToArray());
        Assert.AreEqual(("2", "0.02", "5"), (transformer.TrainingOptions!["MaxEpochs"], transformer.TrainingOptions["LearningRate"], transformer.TrainingOptions["Seed"]));
    }
}
