using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Lora.Training.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public class TrainingOptionsTests
{
    private static float[] Train(
        TrainingOptions options, EncoderConfiguration? configuration = null, Action<TrainingProgress>? progress = null, LoraConfig? config = null, TokenizedRow[]? rows = null)
    {
        using var model = Tiny.Classifier(configuration: configuration);
        using var adapter = Tiny.Adapt(model, config);
        new Trainer(model, adapter, options, CPU).Run(rows ?? TaughtRows.Make(96), [], progress, CancellationToken.None);
        using var scope = NewDisposeScope();
        return [.. adapter.TrainableParameters().SelectMany(p => p.Parameter.detach().data<float>().ToArray())];
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        for (var i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], actual[i], tolerance, $"element {i}");
    }

    [TestMethod]
    public void AccumulatedBatchesAreOneLargeBatch()
    {
        // One epoch of 32 rows in one step: the same rows, whatever the batches.
        var rows = TaughtRows.Make(32);
        var weights = new[] { 1f, 2f, 0.5f };
        var large = Train(new TrainingOptions { Epochs = 3, BatchSize = 32, ClassWeights = weights, LabelSmoothing = 0.1 }, rows: rows);
        var small = Train(new TrainingOptions { Epochs = 3, BatchSize = 7, GradientAccumulation = 5, ClassWeights = weights, LabelSmoothing = 0.1 }, rows: rows);
        AssertClose(large, small, 1e-5);
    }

    [TestMethod]
    [DataRow("roberta")]
    [DataRow("bert")]
    [DataRow("distilbert")]
    public void GradientCheckpointingChangesNothing(string family)
    {
        var configuration = TaughtRows.WithDropout with { ModelType = family, PadTokenId = 1, TokenTypes = family == "distilbert" ? 0 : 2 };
        var config = new LoraConfig { Rank = 4, Alpha = 8, Dropout = 0.1, TargetModules = ModuleSelection.AllLinear, Bias = LoraBias.All };
        var options = new TrainingOptions { Epochs = 1, Seed = 3 };
        var plain = Train(options, configuration, config: config);
        var checkpointed = Train(options with { GradientCheckpointing = true }, configuration, config: config);
        AssertClose(plain, checkpointed, 1e-6);
        CollectionAssert.AreNotEqual(plain, Train(options with { Seed = 4 }, configuration, config: config));
    }

    [TestMethod]
    public void GradientCheckpointingLeavesNoTensorBehind()
    {
        using var model = Tiny.Classifier(configuration: TaughtRows.WithDropout);
        using var adapter = Tiny.Adapt(model);
        LiveTensors.Settled();
        var counts = new List<long>();
        new Trainer(model, adapter, new TrainingOptions { Epochs = 2, GradientCheckpointing = true }, CPU).Run(TaughtRows.Make(60), [], _ => counts.Add(LiveTensors.Count), CancellationToken.None);
        Assert.AreEqual(counts[1], counts[^1], string.Join(" ", counts));
    }

    [TestMethod]
    public void ALossIsWhatItsDefinitionSays()
    {
        using var scope = NewDisposeScope();
        var outputs = tensor(new float[] { 1, 2, 0.5f, -1, 0, 3 }, 2, 3);
        TokenizedRow[] rows = [new(Tiny.Text(0, 2), 1), new(Tiny.Text(0, 2), 0)];
        var (weights, smoothing) = (new[] { 1f, 2f, 3f }, 0.1);
        var expected = 0.0;
        var values = outputs.data<float>().ToArray();
        for (var r = 0; r < 2; r++)
        {
            var logits = values[(3 * r)..(3 * r + 3)];
            var normaliser = Math.Log(logits.Sum(x => Math.Exp(x)));
            for (var c = 0; c < 3; c++)
            {
                var share = smoothing / 3 + (c == rows[r].Label ? 1 - smoothing : 0);
                expected += share * weights[c] * (normaliser - logits[c]);
            }
        }

        Assert.AreEqual(expected, new ClassificationObjective(3, weights, smoothing).SummedLoss(outputs, rows).item<float>(), 1e-5);
        Assert.AreEqual(2, new ClassificationObjective(3, weights, smoothing).Weight(rows[0]));
    }

    [TestMethod]
    public void TokenBudgetsBoundBatches()
    {
        TokenizedRow[] rows = [.. Enumerable.Range(0, 1003).Select(i => new TokenizedRow(Tiny.Text(new int[3 + i * 37 % 60]), 0)), new(Tiny.Text(new int[500]), 0)];
        var batches = BatchSampler.Epoch(rows, 16, seed: 1, epoch: 0, maxTokens: 256);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, rows.Length).ToArray(), batches.SelectMany(b => b).ToArray());
        foreach (var batch in batches) Assert.IsTrue(batch.Length == 1 || batch.Length * batch.Max(i => rows[i].Length) <= 256);
        Assert.IsGreaterThan(0.7, batches.Average(b => b.Sum(i => rows[i].Length)) / 256);
        var steps = 0;
        Train(new TrainingOptions { Epochs = 2, MaxTokensPerBatch = 40 }, progress: p => steps = p.Step == p.TotalSteps ? p.Step : 0);
        Assert.IsGreaterThan(2 * 96 / 16, steps);
    }

    [TestMethod]
    public void RatesFollowTheDecay()
    {
        double[] Rates(LearningRateDecay decay)
        {
            var rates = new List<double>();
            Train(new TrainingOptions { Epochs = 2, BatchSize = 16, LearningRate = 1e-3, WarmupRatio = 0, Decay = decay }, progress: p => rates.Add(p.LearningRate));
            return [.. rates];
        }

        Assert.IsTrue(Rates(LearningRateDecay.Constant).All(rate => rate == 1e-3));
        var (linear, cosine) = (Rates(LearningRateDecay.Linear), Rates(LearningRateDecay.Cosine));
        for (var step = 1; step < 12; step++)
        {
            Assert.AreEqual(1e-3 * (12 - step) / 11, linear[step], 1e-12);
            Assert.AreEqual(1e-3 * (1 + Math.Cos(Math.PI * (step - 1) / 11)) / 2, cosine[step], 1e-12);
        }
    }

    [TestMethod]
    public void TheGpuOfTheIndexIsChosen()
    {
        var warnings = new List<string>();
        int? Choose(int? id, bool fallback, int gpus) => DeviceChoice.Choose(id, fallback, () => gpus, warnings.Add);
        Assert.IsNull(Choose(null, false, 4));
        Assert.AreEqual(2, Choose(2, false, 4));
        Assert.IsEmpty(warnings);
        Assert.IsNull(Choose(4, true, 4));
        StringAssert.Contains(warnings.Single(), "the GPUs here are 0 to 3");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Choose(0, false, 0)).Message, "FallbackToCpu");
    }
}
