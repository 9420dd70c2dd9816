using Microsoft.ML.Lora.Pretrain.Training;

namespace Microsoft.ML.Lora.Tests.Pretrain.Training;

[TestClass]
public class BatchPlanTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 3000).Select(i => 3 + i * 7919 % 90)];

    [TestMethod]
    public void EveryEpochHasEachRowOnceWithinTheBudgetAndInAnotherOrder()
    {
        var plan = new BatchPlan(Lengths, tokensPerStep: 256, seed: 1);
        var epochs = Enumerable.Range(0, 10_000).Select(plan.At).TakeWhile(step => step.Epoch < 2).GroupBy(step => step.Epoch).ToArray();
        foreach (var epoch in epochs)
        {
            CollectionAssert.AreEqual(Enumerable.Range(0, Lengths.Length).ToArray(), epoch.SelectMany(step => step.Rows).Order().ToArray());
            Assert.IsTrue(epoch.All(step => step.Rows.Length * step.Rows.Max(row => Lengths[row]) <= 256));
            var read = epoch.Sum(step => step.Rows.Length * step.Rows.Max(row => Lengths[row]));
            Assert.IsLessThan(1.05, (double)read / Lengths.Sum());
        }

        CollectionAssert.AreNotEqual(epochs[0].First().Rows, epochs[1].First().Rows);
    }

    [TestMethod]
    public void AStepDependsOnSeedAndStepAlone()
    {
        var inOrder = new BatchPlan(Lengths, 256, seed: 1);
        for (var step = 0; step < 700; step++) inOrder.At(step);
        CollectionAssert.AreEqual(inOrder.At(700).Rows, new BatchPlan(Lengths, 256, seed: 1).At(700).Rows);
        CollectionAssert.AreNotEqual(inOrder.At(700).Rows, new BatchPlan(Lengths, 256, seed: 2).At(700).Rows);
    }

    [TestMethod]
    public void ARowLongerThanTheBudgetIsABatchOfItsOwn()
    {
        var plan = new BatchPlan([500, 3, 4], tokensPerStep: 100, seed: 1);
        Assert.IsTrue(Enumerable.Range(0, 2).Select(step => plan.At(step).Rows).Any(rows => rows is [0]));
    }
}
