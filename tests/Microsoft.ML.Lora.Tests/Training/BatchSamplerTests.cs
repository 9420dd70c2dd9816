using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public class BatchSamplerTests
{
    private static readonly TokenizedRow[] Rows =
        [.. Enumerable.Range(0, 1003).Select(i => new TokenizedRow(Tiny.Text(new int[3 + i * 37 % 60]), 0))];

    [TestMethod]
    public void AnEpochHoldsEveryRowOnce()
    {
        var batches = BatchSampler.Epoch(Rows, 16, seed: 1, epoch: 0);
        Assert.HasCount(BatchSampler.Count(Rows.Length, 16), batches);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, Rows.Length).ToArray(), batches.SelectMany(b => b).ToArray());
        Assert.IsTrue(batches.All(b => b.Length is > 0 and <= 16));
    }

    [TestMethod]
    public void AnySizeOfBatchIsTaken()
    {
        foreach (var size in new[] { 43_000_000, int.MaxValue }) Assert.HasCount(Rows.Length, BatchSampler.Epoch(Rows, size, seed: 1, epoch: 0).Single());
        foreach (var options in new TrainingOptions[] { new() { BatchSize = int.MaxValue, Epochs = 2 }, new() { GradientAccumulation = int.MaxValue, Epochs = 2 } })
        {
            var plan = new TrainingPlan(Rows, options);
            Assert.AreEqual(2, plan.TotalSteps);
            foreach (var step in plan.From(0)) Assert.HasCount(Rows.Length, step.Rows.ToArray());
        }
    }

    [TestMethod]
    public void TheOrderDependsOnSeedAndEpochAlone()
    {
        int[] Order(int seed, int epoch) => [.. BatchSampler.Epoch(Rows, 16, seed, epoch).SelectMany(b => b)];
        CollectionAssert.AreEqual(Order(1, 2), Order(1, 2));
        CollectionAssert.AreNotEqual(Order(1, 2), Order(1, 3));
        CollectionAssert.AreNotEqual(Order(1, 2), Order(2, 2));
    }

    [TestMethod]
    public void LittleOfABatchIsPadding()
    {
        var batches = BatchSampler.Epoch(Rows, 16, seed: 1, epoch: 0);
        double padded = batches.Sum(b => b.Length * b.Max(i => Rows[i].Length));
        Assert.IsLessThan(0.1, 1 - Rows.Sum(r => r.Length) / padded);
    }
}
