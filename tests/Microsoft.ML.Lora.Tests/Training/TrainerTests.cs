using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public class TrainerTests
{
    private static (TrainingResult Result, float[] Weights) Train(TrainingOptions options, Action<TrainingProgress>? progress = null)
    {
        using var model = Tiny.Classifier(configuration: TaughtRows.WithDropout);
        using var adapter = Tiny.Adapt(model, new LoraConfig { Rank = 4, Alpha = 8, Dropout = 0.1 });
        var result = new Trainer(model, adapter, options, CPU).Run(TaughtRows.Make(90), TaughtRows.Make(9), progress, CancellationToken.None);
        using var scope = NewDisposeScope();
        return (result, [.. adapter.TrainableParameters().SelectMany(p => p.Parameter.detach().data<float>().ToArray())]);
    }

    [TestMethod]
    public void TheLossFalls()
    {
        var losses = new List<double>();
        var (result, _) = Train(new TrainingOptions { Epochs = 40, LearningRate = 0.02, Seed = 1 }, p => losses.Add(p.Loss));
        Assert.IsLessThan(0.5 * losses[0], result.FinalLoss);
        Assert.AreEqual(40 * 6, result.Steps);
        Assert.HasCount(40 * 6, losses);
    }

    [TestMethod]
    public void ItTrainsWhereGradientsAreSwitchedOff()
    {
        var expected = Train(new TrainingOptions { Epochs = 1, Seed = 7 }).Weights;
        using var _ = no_grad();
        CollectionAssert.AreEqual(expected, Train(new TrainingOptions { Epochs = 1, Seed = 7 }).Weights);
    }

    [TestMethod]
    public void OneSeedGivesOneResult()
    {
        var first = Train(new TrainingOptions { Epochs = 2, Seed = 7 }).Weights;
        CollectionAssert.AreEqual(first, Train(new TrainingOptions { Epochs = 2, Seed = 7 }).Weights);
        CollectionAssert.AreNotEqual(first, Train(new TrainingOptions { Epochs = 2, Seed = 8 }).Weights);
    }

    [TestMethod]
    public void TrainingsSideBySideDoNotDisturbEachOther()
    {
        var alone = new[] { 7, 8 }.Select(seed => Train(new TrainingOptions { Epochs = 3, Seed = seed }).Weights).ToArray();
        var together = new float[2][];
        Parallel.Invoke(
            () => together[0] = Train(new TrainingOptions { Epochs = 3, Seed = 7 }).Weights,
            () => together[1] = Train(new TrainingOptions { Epochs = 3, Seed = 8 }).Weights);
        CollectionAssert.AreEqual(alone[0], together[0]);
        CollectionAssert.AreEqual(alone[1], together[1]);
    }

    [TestMethod]
    public void ProgressCountsStepsAndEndsWithValidation()
    {
        var reports = new List<TrainingProgress>();
        Train(new TrainingOptions { Epochs = 2, Seed = 1 }, reports.Add);
        CollectionAssert.AreEqual(Enumerable.Range(1, 12).ToList(), reports.Select(r => r.Step).ToList());
        Assert.IsTrue(reports.All(r => r.TotalSteps == 12 && r.Epochs == 2 && r.RowsPerSecond > 0 && r.TokensPerSecond > r.RowsPerSecond));
        CollectionAssert.AreEqual(new[] { 6, 12 }, reports.Where(r => r.Validation is not null).Select(r => r.Step).ToArray());
        Assert.AreEqual(TimeSpan.Zero, reports[^1].Remaining);
    }

    [TestMethod]
    public void AStepLeavesNoTensorBehind()
    {
        using var model = Tiny.Classifier(configuration: TaughtRows.WithDropout);
        var adapter = Tiny.Adapt(model);
        LiveTensors.Settled();
        var counts = new List<long>();
        new Trainer(model, adapter, new TrainingOptions { Epochs = 2 }, CPU).Run(TaughtRows.Make(60), [], _ => counts.Add(LiveTensors.Count), CancellationToken.None);
        Assert.AreEqual(counts[1], counts[^1], string.Join(" ", counts));
    }

    [TestMethod]
    public void ATrainingLeavesNoTensorBehind()
    {
        var perParameter = LiveTensors.CountedTwicePerParameter;
        const int parameters = 41 + 8;
        Train(new TrainingOptions { Epochs = 1 });
        var before = LiveTensors.Settled();
        Train(new TrainingOptions { Epochs = 1 });
        Assert.AreEqual(before + parameters * perParameter, LiveTensors.Count);
    }

    [TestMethod]
    public void CancellingStopsBeforeTheNextStep()
    {
        using var model = Tiny.Classifier();
        var adapter = Tiny.Adapt(model);
        using var source = new CancellationTokenSource();
        var steps = 0;
        Assert.ThrowsExactly<OperationCanceledException>(() => new Trainer(model, adapter, new TrainingOptions(), CPU).Run(
            TaughtRows.Make(90), [], p => { steps = p.Step; if (p.Step == 3) source.Cancel(); }, source.Token));
        Assert.AreEqual(3, steps);
    }

    [TestMethod]
    public void ACancelledTrainingGivesTheBestModelWhereAskedTo()
    {
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        using var source = new CancellationTokenSource();
        var options = new TrainingOptions { ReturnBestWhenCancelled = true, ValidateEverySteps = 1 };
        var result = new Trainer(model, adapter, options, CPU).Run(
            TaughtRows.Make(90), TaughtRows.Make(30), p => { if (p.Step == 3) source.Cancel(); }, source.Token);
        Assert.AreEqual((TrainingEnd.Cancelled, 3), (result.End, result.Steps));
        Assert.IsNotNull(result.BestValidation);
    }

    [TestMethod]
    public void TheEnvironmentIsAskedBeforeEveryStep()
    {
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        var (asked, steps) = (0, 0);
        var trainer = new Trainer(model, adapter, new TrainingOptions(), CPU) { IsCancelled = () => ++asked > 4 };
        Assert.ThrowsExactly<OperationCanceledException>(() => trainer.Run(TaughtRows.Make(90), [], p => steps = p.Step, CancellationToken.None));
        Assert.AreEqual(4, steps);
    }

    [TestMethod]
    public void ALossThatIsNoNumberIsReported()
    {
        using var model = Tiny.Classifier();
        var adapter = Tiny.Adapt(model);
        var options = new TrainingOptions { Epochs = 20, LearningRate = 1e30, MaxGradientNorm = 0 };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => new Trainer(model, adapter, options, CPU).Run(TaughtRows.Make(90), [], null, CancellationToken.None));
        StringAssert.Contains(error.Message, "lower the learning rate");
    }
}
