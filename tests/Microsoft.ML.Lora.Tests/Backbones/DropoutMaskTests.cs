using Microsoft.ML.Lora.Backbones.Layers;

namespace Microsoft.ML.Lora.Tests.Backbones;

[TestClass]
public class DropoutMaskTests
{
    private static float[] Draw(int count, double probability = 0.1, long seed = 42, long position = 0)
    {
        var mask = new float[count];
        DropoutMask.Draw(mask, probability, seed, position);
        return mask;
    }

    [TestMethod]
    [DataRow(0.1)]
    [DataRow(0.5)]
    [DataRow(0.93)]
    public void TheGivenShareIsDropped(double probability)
    {
        const int count = 1_000_000;
        for (var seed = 0L; seed < 20; seed++)
        {
            var mask = Draw(count, probability, seed << 40);
            Assert.IsTrue(mask.All(value => value == 0 || value == (float)(1 / (1 - probability))));
            var deviation = Math.Sqrt(count * probability * (1 - probability));
            Assert.AreEqual(count * probability, mask.Count(value => value == 0), 5 * deviation);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(16)]
    [DataRow(768)]
    public void NeighboursAndMasksOfNearSeedsAreIndependent(int distance)
    {
        const int count = 1_000_000;
        var mask = Draw(count + distance, 0.5);
        AssertIndependent(mask.AsSpan(0, count), mask.AsSpan(distance));
        AssertIndependent(mask.AsSpan(0, count), Draw(count, 0.5, 42 + distance));
        AssertIndependent(mask.AsSpan(0, count), Draw(count, 0.5, 42 + ((long)distance << 32)));
    }

    [TestMethod]
    public void AnyPartCanBeDrawnAgain()
    {
        var whole = Draw(1000, position: 5_000_000_000);
        CollectionAssert.AreEqual(whole[37..], Draw(963, position: 5_000_000_037));
        CollectionAssert.AreEqual(whole[..5], Draw(5, position: 5_000_000_000));
    }

    // Of numbers that are 0 or 2 with equal chance, as many agree as disagree.
    private static void AssertIndependent(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        var agreeing = 0;
        for (var i = 0; i < first.Length; i++) if (first[i] == second[i]) agreeing++;
        Assert.AreEqual(first.Length / 2.0, agreeing, 5 * Math.Sqrt(first.Length) / 2);
    }
}
