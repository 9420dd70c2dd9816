using Microsoft.ML.Lora.Backbones;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Backbones;

[TestClass]
public class RowBinsTests
{
    [TestMethod]
    public void TokensComeBackAsTheyWere()
    {
        using var scope = NewDisposeScope();
        int[] lengths = [20, 20, 19, 30, 31, 4, 5];
        using var bins = RowBins.Of(lengths, CPU)!;
        var (tokens, first) = (arange(lengths.Sum()).to_type(ScalarType.Float32).unsqueeze(1), arange(lengths.Length).to_type(ScalarType.Float32).unsqueeze(1));
        CollectionAssert.AreEqual(new long[] { 3, 59, 1 }, bins.Tokens.Spread(tokens).shape);
        CollectionAssert.AreEqual(new long[] { 3, 3, 1 }, bins.FirstTokens.Spread(first).shape);
        Close.AssertIdentical(tokens, bins.Tokens.Pack(bins.Tokens.Spread(tokens)), "tokens");
        Close.AssertIdentical(first, bins.FirstTokens.Pack(bins.FirstTokens.Spread(first)), "first tokens");
    }

    [TestMethod]
    public void ATokenSeesItsOwnRowAlone()
    {
        using var bins = RowBins.Of([2, 3, 50, 7], CPU)!;
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(new long[] { 2, 1, 55, 55 }, bins.Tokens.Bias.shape);
        CollectionAssert.AreEqual(new long[] { 2, 1, 3, 55 }, bins.FirstTokens.Bias.shape);
        long Seen(Tensor bias, int bin, int place) => bias[bin, 0, place].eq(0).sum().item<long>();
        Assert.AreEqual(3, Seen(bins.Tokens.Bias, 0, 4));
        Assert.AreEqual(7, Seen(bins.Tokens.Bias, 1, 6));
        Assert.AreEqual(55, Seen(bins.Tokens.Bias, 1, 7), "what fills a bin up must see something, or its attention is no number");
        Assert.AreEqual(50, Seen(bins.FirstTokens.Bias, 0, 2));
        Assert.AreEqual(float.MinValue, bins.Tokens.Bias[0, 0, 0, 2].item<float>());
    }

    [TestMethod]
    public void LongRowsAreNotBinned()
    {
        Assert.IsNull(RowBins.Of([61, 500, 40], CPU));
        Assert.IsNull(RowBins.Of([12], CPU));
    }
}
