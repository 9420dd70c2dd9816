using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public class ValidationTests
{
    private static ValidationMetrics Loss(double loss) => new(loss, 0);

    [TestMethod]
    public void StoppingWaitsForThePatience()
    {
        var stopping = new EarlyStopping(MonitoredMetric.Loss, patience: 2, minimumChange: 0.1);
        Assert.IsTrue(stopping.Improves(Loss(1), 1));
        Assert.IsFalse(stopping.Improves(Loss(0.95), 2));
        Assert.IsTrue(stopping.Improves(Loss(0.8), 3));
        Assert.IsFalse(stopping.Improves(Loss(0.8), 4));
        Assert.IsFalse(stopping.IsTime);
        Assert.IsFalse(stopping.Improves(Loss(0.75), 5));
        Assert.IsTrue(stopping.IsTime);
        Assert.AreEqual((0.8, 3), (stopping.Best, stopping.BestStep));
    }

    [TestMethod]
    public void MoreIsBetterForTheOthers()
    {
        var stopping = new EarlyStopping(MonitoredMetric.Accuracy, patience: 1, minimumChange: 0);
        Assert.IsTrue(stopping.Improves(new ValidationMetrics(1, 0.5), 1));
        Assert.IsTrue(stopping.Improves(new ValidationMetrics(2, 0.6), 2));
        Assert.IsFalse(stopping.Improves(new ValidationMetrics(0, 0.6), 3));
    }

    [TestMethod]
    public void TheBestWeightsAreKept()
    {
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        float[] Weights()
        {
            using var scope = NewDisposeScope();
            return [.. adapter.TrainableParameters().SelectMany(p => p.Parameter.detach().data<float>().ToArray())];
        }

        var kept = new List<(double Loss, float[] Weights)>();
        // A rate so high that the loss soon rises again.
        var options = new TrainingOptions { Epochs = 40, LearningRate = 0.3, Patience = 3, ValidateEverySteps = 2, Seed = 1, MaxGradientNorm = 0 };
        var result = new Trainer(model, adapter, options, CPU).Run(TaughtRows.Make(60), TaughtRows.Make(30, seed: 8), p =>
        {
            if (p.Validation is { } metrics) kept.Add((metrics.Loss, Weights()));
        }, CancellationToken.None);
        var best = kept.MinBy(each => each.Loss);
        Assert.AreEqual(TrainingEnd.StoppedEarly, result.End);
        Assert.AreEqual(best.Loss, result.BestValidation!.Loss);
        Assert.AreEqual(2 * (kept.IndexOf(best) + 1), result.BestStep);
        Assert.AreEqual(3, kept.Count - 1 - kept.IndexOf(best));
        CollectionAssert.AreEqual(best.Weights, Weights());
    }

    [TestMethod]
    public void CountsGiveTheMetrics()
    {
        // Labels 0 0 0 1 1 2 against predictions 0 0 1 1 0 2; what scikit-learn says of them.
        var counts = new ConfusionCounts(4);
        foreach (var (label, prediction) in new[] { (0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (2, 2) }) counts.Add(label, prediction);
        Assert.AreEqual(4.0 / 6, counts.Accuracy, 1e-12);
        Assert.AreEqual((2.0 / 3 + 0.5 + 1) / 3, counts.MacroF1, 1e-12);
        Assert.AreEqual((4.0 * 6 - 14) / (36 - 14), counts.MatthewsCorrelation, 1e-12);
        CollectionAssert.AreEqual(new[] { 2, 1, 0, 0 }, counts.Counts![0].ToArray());
    }

    [TestMethod]
    public void ManyClassesAreCountedWithoutATable()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var counts = new ConfusionCounts(20_000);
        foreach (var (label, prediction) in new[] { (0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (19_999, 19_999) }) counts.Add(label, prediction);
        Assert.AreEqual(4.0 / 6, counts.Accuracy, 1e-12);
        Assert.AreEqual((2.0 / 3 + 0.5 + 1) / 3, counts.MacroF1, 1e-12);
        Assert.AreEqual((4.0 * 6 - 14) / (36 - 14), counts.MatthewsCorrelation, 1e-12);
        Assert.IsNull(counts.Counts);
        Assert.IsLessThan(10_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void OfManyValidationsTheBestOnesTableIsKept()
    {
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        var trainer = new Trainer(model, adapter, new TrainingOptions { Epochs = 3, ValidateEverySteps = 1, Seed = 1 }, CPU);
        var result = trainer.Run(TaughtRows.Make(60), TaughtRows.Make(30, seed: 8), null, CancellationToken.None);
        Assert.HasCount(12, trainer.State.History.Validations);
        Assert.AreEqual(result.BestStep, trainer.State.History.Validations.Single(point => point.Metrics.Confusion is not null).Step);
        Assert.AreEqual(30, result.BestValidation!.Confusion!.Sum(row => row.Sum()));
    }
}
