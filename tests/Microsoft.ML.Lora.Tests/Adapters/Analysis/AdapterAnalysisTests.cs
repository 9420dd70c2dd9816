using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Analysis;
using Microsoft.ML.Lora.Tests.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Analysis;

/// <summary>The measures of section 7 of the paper, on adapters whose answers are known.</summary>
[TestClass]
public class AdapterAnalysisTests
{
    private static LoraModel Adapters(OneLayer model, params (string Name, Tensor A, Tensor B)[] adapters)
    {
        using var generator = new Generator(1);
        var adapted = new LoraModel(model);
        foreach (var (name, a, b) in adapters)
        {
            var rank = (int)a.shape[0];
            adapted.Add(name, new LoraConfig { Rank = rank, Alpha = rank, TargetModules = ["layer"] }, generator);
            using var _ = no_grad();
            adapted.Layers["layer"].Adapters[name].A.copy_(a);
            adapted.Layers["layer"].Adapters[name].B.copy_(b);
        }

        return adapted;
    }

    [TestMethod]
    public void AmplificationAndSingularValues()
    {
        using var model = OneLayer.Of("Linear");
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            // W has 3 where Delta W has 2 x 6, and 4 in a direction that Delta W does not touch.
            model.Layer.get_parameter("weight")!.zero_();
            model.Layer.get_parameter("weight")![0, 1] = tensor(3f);
            model.Layer.get_parameter("weight")![2, 3] = tensor(4f);
        }

        var (a, b) = (zeros(1, 7), zeros(5, 1));
        a[0, 1] = tensor(2f);
        b[0, 0] = tensor(6f);
        using var adapters = Adapters(model, ("a", a, b));
        var layer = AdapterAnalysis.Layers(adapters, "a").Single();
        Assert.AreEqual("layer", layer.Layer);
        Assert.AreEqual(12, layer.DeltaNorm, 1e-6);
        Assert.AreEqual(5, layer.WeightNorm, 1e-6);
        Assert.AreEqual(3, layer.ProjectedNorm, 1e-6);
        Assert.AreEqual(4, layer.AmplificationFactor, 1e-6);
        Assert.AreEqual(12, layer.SingularValues.Single(), 1e-5);
        var table = AdapterAnalysis.Table([layer]).Split(Environment.NewLine);
        StringAssert.StartsWith(table[0], "layer  rank    |dW|     |W|");
        StringAssert.StartsWith(table[1], "layer     1  12.000    5.00   3.000           4.00  12");
    }

    [TestMethod]
    public void SimilarityOfEqualOrthogonalAndOverlappingSubspaces()
    {
        using var model = OneLayer.Of("Linear");
        using var scope = NewDisposeScope();
        Tensor Axes(params (int Axis, float Length)[] rows)
        {
            var a = zeros(rows.Length, 7);
            for (var i = 0; i < rows.Length; i++) a[i, rows[i].Axis] = tensor(rows[i].Length);
            return a;
        }

        using var adapters = Adapters(model,
            ("a", Axes((0, 3), (1, 2)), zeros(5, 2)), ("same", Axes((1, 5), (0, 4)), zeros(5, 2)), ("other", Axes((2, 1), (3, 2)), zeros(5, 2)),
            ("wide", Axes((0, 9), (4, 8), (1, 7)), zeros(5, 3)));
        SubspaceSimilarity With(string name) => AdapterAnalysis.Similarity(adapters, "a", name).Single();
        Assert.AreEqual(1, With("same")[2, 2], 1e-9);
        Assert.AreEqual(0, With("same")[1, 1], 1e-9, "the strongest directions differ");
        Assert.AreEqual(1, With("same")[1, 2], 1e-9, "a's strongest lies in both of the other's");
        Assert.AreEqual(0, With("other")[2, 2], 1e-9);
        var wide = With("wide");
        Assert.AreEqual((2, 3), (wide.FirstRank, wide.SecondRank));
        Assert.AreEqual(0.5, wide[2, 2], 1e-9);
        Assert.AreEqual(1, wide[2, 3], 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => wide[0, 1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => wide[1, 4]);
    }

    [TestMethod]
    public void EveryKindOfLayerIsAnalysed()
    {
        foreach (var kind in OneLayer.Kinds)
        {
            using var model = OneLayer.Of(kind);
            using var scope = NewDisposeScope();
            using var adapter = model.Adapt(new LoraConfig { Rank = 2, UseDora = kind == "Linear" });
            Tiny.Disturb(adapter);
            var layer = AdapterAnalysis.Layers(adapter, LoraModel.DefaultName).Single();
            var expected = model.Adapted.DeltaWeight(LoraModel.DefaultName).pow(2).sum().sqrt().item<float>();
            Assert.AreEqual(expected, layer.DeltaNorm, 1e-4, kind);
            Assert.HasCount(2, layer.SingularValues);
        }
    }
}
