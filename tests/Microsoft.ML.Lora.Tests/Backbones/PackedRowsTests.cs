using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>What is done for speed alone changes nothing: packed rows, the last layer on the first tokens, products of few rows.</summary>
[TestClass]
public class PackedRowsTests
{
    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void PackedRowsGiveTheGoldenLogitsAndGradients(string name)
    {
        using var golden = new Golden(name);
        using var scope = NewDisposeScope();
        var loss = functional.cross_entropy(golden.Model.Logits(Packed(golden.Batch())), golden.Expected("labels"));
        golden.AssertClose("loss", loss.reshape(1));
        loss.backward();
        foreach (var (key, tensor) in PeftMapping.Tensors(golden.Adapter)) golden.AssertClose("grad." + key, tensor.grad!);
    }

    [TestMethod]
    public void ThePackedHiddenStatesAreThoseOfTheTokens()
    {
        using var golden = new Golden("roberta-a");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = golden.Batch();
        var expected = golden.Model.Encoder.Encode(batch)[batch.AttentionMask!.to_type(ScalarType.Bool)];
        Close.Assert(expected, golden.Model.Encoder.Encode(Packed(batch)), 1e-5, "hidden states");
    }

    [TestMethod]
    [DataRow(1, 1024)]
    [DataRow(2, 1023)]
    [DataRow(13, 1026)]
    [DataRow(36, 769)]
    public void AProductOfFewRowsIsTheProduct(int rows, int outputs)
    {
        using var generator = new Generator(1);
        using var layer = new LinearLayer(new RandomWeights(generator), 768, outputs);
        using var scope = NewDisposeScope();
        layer.Bias.detach().normal_(0, 1, generator);
        var input = empty(2, rows, 768).normal_(0, 1, generator).narrow(0, 1, 1);
        using var _ = no_grad();
        Assert.AreEqual(Vector512.IsHardwareAccelerated, FewRows.Suits(input, layer.Weight));
        Close.Assert(functional.linear(input, layer.Weight, layer.Bias), FewRows.Linear(input, layer.Weight, layer.Bias), 1e-5, "product");
    }

    [TestMethod]
    public void OtherProductsAreLeftToLibtorch()
    {
        using var generator = new Generator(1);
        using var layer = new LinearLayer(new RandomWeights(generator), 768, 768);
        using var scope = NewDisposeScope();
        var (few, many) = (zeros(36, 768), zeros(37, 768));
        Assert.IsFalse(FewRows.Suits(few, layer.Weight));
        using var _ = no_grad();
        Assert.AreEqual(Vector512.IsHardwareAccelerated, FewRows.Suits(few, layer.Weight));
        Assert.IsFalse(FewRows.Suits(many, layer.Weight));
        Assert.IsFalse(FewRows.Suits(few.to_type(ScalarType.Float64), layer.Weight));
        Assert.IsFalse(FewRows.Suits(few, layer.Weight.detach().t()));
        Assert.IsFalse(FewRows.Suits(zeros(2, 256), zeros(256, 256)));
    }

    private static TokenBatch Packed(TokenBatch padded)
    {
        var kept = padded.AttentionMask!.to_type(ScalarType.Bool);
        return new TokenBatch(padded.InputIds[kept], null, null, [.. padded.AttentionMask.sum(1).data<long>().ToArray().Select(length => (int)length)]);
    }
}
