using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Tests.Adapters.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>Adapters in models of other types than float32, and in models that are converted after the adapters were put in.</summary>
[TestClass]
public class PlacementTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AFloat32AdapterWorksInABfloat16Base(bool dora)
    {
        using var model = OneLayer.Of("Linear");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.to(ScalarType.BFloat16);
        using var adapter = model.Adapt(new LoraConfig { Rank = 2, UseDora = dora });
        Tiny.Disturb(adapter);
        var weight = model.Adapted.BaseWeight.to(ScalarType.Float32).clone();
        Assert.AreEqual(ScalarType.Float32, model.Adapted.ActiveAdapters.Single().A.dtype);
        var input = model.Input.to(ScalarType.BFloat16);
        var output = model.call(input);
        Assert.AreEqual(ScalarType.BFloat16, output.dtype);
        Close.Assert(model.Formula(Written.Weight(model.Adapted)).@float(), output.@float(), 0.1, "h");

        adapter.Merge();
        Assert.AreEqual(ScalarType.BFloat16, model.Adapted.BaseWeight.dtype);
        Close.Assert(output.@float(), model.call(input).@float(), 0.1, "merged");
        adapter.Unmerge();
        Close.AssertIdentical(weight, model.Adapted.BaseWeight.to(ScalarType.Float32), "weight");
    }

    [TestMethod]
    public void AModelMayBeConvertedAfterAdaptersWerePutIn()
    {
        int[][] rows = [[0, 5, 9, 2], [0, 30, 31, 2]];
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model, model.Dropout);
        foreach (var (name, classes) in new[] { ("a", 3), ("b", 5) })
        {
            adapters.Add(name, new LoraConfig { Rank = 2, ModulesToSave = ["classifier"], TrainBiases = true, UseDora = name == "b" }, generator, classes);
            adapters.Activate(name);
            Tiny.Disturb(adapters);
        }

        Tensor Logits(params string[] names)
        {
            adapters.Activate(names);
            return model.Logits(Tiny.Batch(rows)).@float();
        }

        var (none, a, b) = (Logits(), Logits("a"), Logits("b"));
        model.to(ScalarType.Float64);
        Close.Assert(a, Logits("a"), 1e-5, "a");
        Close.Assert(b, Logits("b"), 1e-5, "b");
        Close.Assert(none, Logits(), 1e-5, "none");
        Assert.AreEqual(ScalarType.Float64, adapters.Layers.First().Value.Adapters["a"].A.dtype);
        adapters.Activate("a");
        adapters.Merge();
        Close.Assert(a, model.Logits(Tiny.Batch(rows)).@float(), 1e-5, "merged");
        Assert.AreEqual(adapters.TrainableParameters().Count, model.parameters().Count(p => p.requires_grad));
    }
}
