using Microsoft.ML.Lora.Pretrain.Training;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Training;

[TestClass]
public class PretrainingBatchTests
{
    private const int Vocabulary = 1000;
    private static readonly SpecialTokens Special = new(Start: 0, End: 2, Pad: 1, Unknown: 3, Mask: Vocabulary - 1);
    private static readonly TrainingRow[] Rows = [.. Enumerable.Range(0, 400).Select(i => new TrainingRow("", [0, .. Enumerable.Range(4, 20 + i % 5), 2], -1, 0))];

    [TestMethod]
    public void AboutATwentiethOfTheTokensIsHiddenAndTheRestStays()
    {
        using var scope = NewDisposeScope();
        var batch = PretrainingBatch.Make(Rows, Special, Vocabulary, seed: 1, step: 5);
        var (ids, places, tokens) = (batch.Input.InputIds.data<long>().ToArray(), batch.Places.data<long>().ToArray(), batch.Tokens.data<long>().ToArray());
        long[] originals = [.. Rows.SelectMany(row => row.Ids.Concat(Enumerable.Repeat(1, 26 - row.Ids.Length))).Select(id => (long)id)];
        var hidden = places.ToHashSet();
        for (var i = 0; i < ids.Length; i++)
            if (!hidden.Contains(i))
                Assert.AreEqual(originals[i], ids[i]);
        CollectionAssert.AreEqual(places.Select(place => originals[place]).ToArray(), tokens);
        Assert.AreEqual(0.05, (double)places.Length / Rows.Sum(row => row.Ids.Length - 2), 0.01);
        Assert.AreEqual(0.8, places.Count(place => ids[place] == Special.Mask) / (double)places.Length, 0.05);
        Assert.AreEqual(Rows.Sum(row => row.Ids.Length), batch.Input.AttentionMask!.sum().item<long>());
    }

    [TestMethod]
    public void ItDependsOnSeedAndStepAlone()
    {
        using var scope = NewDisposeScope();
        long[] Ids(int seed, int step) => PretrainingBatch.Make(Rows, Special, Vocabulary, seed, step).Input.InputIds.data<long>().ToArray();
        CollectionAssert.AreEqual(Ids(1, 5), Ids(1, 5));
        CollectionAssert.AreNotEqual(Ids(1, 5), Ids(1, 6));
        CollectionAssert.AreNotEqual(Ids(1, 5), Ids(2, 5));
    }

    [TestMethod]
    public void NothingPaddedNeedsNoMask()
    {
        using var scope = NewDisposeScope();
        Assert.IsNull(PretrainingBatch.Make([Rows[0], Rows[5]], Special, Vocabulary, 1, 1).Input.AttentionMask);
    }
}
