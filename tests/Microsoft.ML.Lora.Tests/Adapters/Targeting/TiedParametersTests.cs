using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters.Targeting;

/// <summary>Models in which two modules share a parameter: what would change both is refused, everything else works.</summary>
[TestClass]
public class TiedParametersTests
{
    private static readonly LoraConfig Plain = new() { Rank = 2, Alpha = 4, Initialization = LoraInitialization.None };

    // An embedding and an output layer with one weight; the middle has a bias that a second layer shares.
    private static Sequential Tied()
    {
        var (embedding, first, second, decoder) = (Embedding(10, 6), Linear(6, 6), Linear(6, 6), Linear(6, 10, hasBias: false));
        decoder.weight = embedding.weight!;
        second.bias = first.bias;
        return Sequential(("embedding", embedding), ("first", first), ("second", second), ("decoder", decoder));
    }

    private static Sequential OneObject()
    {
        using var generator = new Generator(3);
        var (weight, bias) = (new Parameter(randn([6, 6], generator: generator)), new Parameter(randn([6], generator: generator)));
        return Sequential(("first", new TransposedLinear(weight, bias)), ("second", new TransposedLinear(weight, bias)));
    }

    [TestMethod]
    [DataRow("embedding", "decoder")]
    [DataRow("decoder", "embedding")]
    [DataRow("embedding|decoder", "decoder")]
    public void ATiedWeightCanBeAdaptedButNotMerged(string targets, string other)
    {
        using var model = Tied();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var ids = tensor(new long[] { 1, 2, 3 });
        var before = model.call(ids);
        adapters.Add("a", Plain with { TargetModules = [.. targets.Split('|')] }, generator);
        var adapted = model.call(ids);
        Assert.IsGreaterThan(1e-3f, (adapted - before).abs().max().item<float>());
        var error = Assert.ThrowsExactly<NotSupportedException>(() => adapters.Merge());
        StringAssert.Contains(error.Message, targets.Split('|')[0] + ".weight");
        StringAssert.Contains(error.Message, other + ".weight");
        Assert.AreEqual(0, adapters.Merged.Count);
        Assert.ThrowsExactly<NotSupportedException>(() => adapters.MergeAndUnload());
        Close.AssertIdentical(adapted, model.call(ids), "after the refusal");
        using (adapters.Disable()) Close.AssertIdentical(before, model.call(ids), "disabled");
        adapters.Unload();
        Close.AssertIdentical(before, model.call(ids), "unloaded");
    }

    [TestMethod]
    public void OneObjectInTwoLayersIsTiedToo()
    {
        using var model = OneObject();
        using var generator = new Generator(2);
        using var adapters = new LoraModel(model);
        adapters.Add("a", Plain with { TargetModules = ["first", "second"] }, generator);
        Assert.ThrowsExactly<NotSupportedException>(() => adapters.Merge());
        StringAssert.Contains(
            Assert.ThrowsExactly<NotSupportedException>(() => adapters.Add("b", Plain with { TargetModules = ["first"], Bias = LoraBias.LoraOnly }, generator)).Message,
            "second.bias");
    }

    [TestMethod]
    public void WhatIsTiedElsewhereDoesNotMatter()
    {
        using var model = Tied();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var ids = tensor(new long[] { 1, 2, 3 });
        adapters.Add("a", Plain with { TargetModules = ["first", "second"] }, generator);
        var adapted = model.call(ids);
        adapters.Merge();
        Close.Assert(adapted, model.call(ids), 1e-5, "merged");
        adapters.Unmerge();
        Close.AssertIdentical(adapted, model.call(ids), "unmerged");
        Assert.HasCount(4, adapters.TrainableParameters());
        Assert.AreEqual(4, model.parameters().Count(each => each.requires_grad));
    }

    public static IEnumerable<object[]> TrainedInFull =>
    [
        [Plain with { TargetModules = ["first"], Bias = LoraBias.All }, "first.bias", "second.bias"],
        [Plain with { TargetModules = ["second"], Bias = LoraBias.LoraOnly }, "second.bias", "first.bias"],
        [Plain with { TargetModules = ["first"], TrainEmbeddings = true }, "embedding.weight", "decoder.weight"],
        [Plain with { TargetModules = ["first"], ModulesToSave = ["decoder"] }, "decoder.weight", "embedding.weight"],
    ];

    [TestMethod]
    [DynamicData(nameof(TrainedInFull))]
    public void ATiedParameterCannotBeTrainedInFull(LoraConfig config, string first, string second)
    {
        using var model = Tied();
        using var generator = new Generator(2);
        using var adapters = new LoraModel(model);
        var names = model.named_parameters().Select(each => each.name).ToList();
        var error = Assert.ThrowsExactly<NotSupportedException>(() => adapters.Add("a", config, generator));
        StringAssert.Contains(error.Message, first);
        StringAssert.Contains(error.Message, second);
        Assert.AreEqual(0, adapters.Names.Count);
        CollectionAssert.AreEqual(names, model.named_parameters().Select(each => each.name).ToList());
    }
}
