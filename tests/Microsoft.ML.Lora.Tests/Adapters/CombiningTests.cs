using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Tests.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>Weighted combinations of adapters.</summary>
[TestClass]
public class CombiningTests
{
    private static LoraModel Two(OneLayer model, int secondRank = 2)
    {
        using var generator = new Generator(2);
        var adapters = new LoraModel(model);
        adapters.Add("a", new LoraConfig { Rank = 2, Alpha = 6, TargetModules = ["layer"], Initialization = LoraInitialization.None }, generator);
        adapters.Add("b", new LoraConfig { Rank = secondRank, Alpha = 1, TargetModules = ["layer"], Initialization = LoraInitialization.None }, generator);
        return adapters;
    }

    [TestMethod]
    [DataRow("Linear", CombinationKind.Concatenated, 2, 4)]
    [DataRow("Conv2d", CombinationKind.Concatenated, 3, 5)]
    [DataRow("Embedding", CombinationKind.Concatenated, 1, 3)]
    [DataRow("TransposedLinear", CombinationKind.Svd, 1, 3)]
    [DataRow("Conv1d", CombinationKind.Svd, 2, 4)]
    public void ItIsTheWeightedSum(string kind, CombinationKind combination, int secondRank, int rank)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var adapters = Two(model, secondRank);
        adapters.Combine("both", [("a", 0.7), ("b", -2)], combination, combination == CombinationKind.Svd ? rank : null);
        var expected = 0.7 * model.Adapted.DeltaWeight("a") - 2 * model.Adapted.DeltaWeight("b");
        Close.Assert(expected, model.Adapted.DeltaWeight("both"), 1e-5, "delta");
        Assert.AreEqual((rank, 1.0), (adapters.ConfigOf("both").Rank, adapters.ConfigOf("both").Scaling));
    }

    [TestMethod]
    public void ALowerRankGivesTheBestApproximation()
    {
        using var model = OneLayer.Of("Linear");
        using var scope = NewDisposeScope();
        using var adapters = Two(model);
        adapters.Combine("one", [("a", 1), ("b", 1)], rank: 1);
        var sum = model.Adapted.DeltaWeight("a") + model.Adapted.DeltaWeight("b");
        var rest = linalg.svdvals(sum)[1..].pow(2).sum().sqrt().item<float>();
        Assert.AreEqual(rest, (sum - model.Adapted.DeltaWeight("one")).pow(2).sum().sqrt().item<float>(), 1e-5);
        adapters.Combine("highest", [("a", 1), ("b", 1)]);
        Assert.AreEqual(2, adapters.ConfigOf("highest").Rank);
    }

    [TestMethod]
    public void LinearAddsTheFactors()
    {
        using var model = OneLayer.Of("Linear");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = Two(model);
        adapters.Combine("both", [("a", 0.5), ("b", -3)], CombinationKind.Linear);
        var (a, b, both) = (model.Adapted.Adapters["a"], model.Adapted.Adapters["b"], model.Adapted.Adapters["both"]);
        var (first, second) = (Math.Sqrt(0.5 * 3), Math.Sqrt(3 * 0.5));
        Close.Assert(first * a.A - second * b.A, both.A, 1e-6, "A");
        Close.Assert(first * a.B + second * b.B, both.B, 1e-6, "B");
        adapters.Combine("same", [("a", 2)], CombinationKind.Linear);
        Close.Assert(2 * model.Adapted.DeltaWeight("a"), model.Adapted.DeltaWeight("same"), 1e-6, "one part");
    }

    [TestMethod]
    public void AdaptersOfDifferentTargetsAreJoined()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var adapters = new LoraModel(model, model.Dropout);
        adapters.Add("a", new LoraConfig { Rank = 2, TargetModules = ["query"], Initialization = LoraInitialization.None }, generator);
        adapters.Add("b", new LoraConfig { Rank = 3, TargetModules = ["query", "value"], ModulesToSave = ["classifier"], Initialization = LoraInitialization.Pissa }, generator, classes: 7);
        adapters.Activate("b");
        Tiny.Disturb(adapters);
        adapters.Combine("both", [("a", 1), ("b", 0.5)], CombinationKind.Concatenated);
        Assert.AreEqual(2 + 2 * 3, adapters.ConfigOf("both").Rank);
        foreach (var layer in adapters.Layers.Values)
        {
            var expected = 0.5 * layer.DeltaWeight("b");
            if (layer.Adapters.ContainsKey("a")) expected += layer.DeltaWeight("a");
            Close.Assert(expected, layer.DeltaWeight("both"), 1e-5, layer.Path);
        }

        Assert.AreEqual(7, adapters.ClassesOf("both"));
        var head = adapters.SavedParameters.ToDictionary(p => p.Name, p => p.Parameter.detach().clone());
        adapters.Activate("both");
        foreach (var (name, parameter) in adapters.SavedParameters) Close.AssertIdentical(head[name], parameter, name);
    }

    [TestMethod]
    public void ATargetThatIsTheEndOfAnotherPathStaysAlone()
    {
        using var model = nn.Sequential(("query", nn.Linear(6, 6)), ("deep", nn.Sequential(("query", nn.Linear(6, 6)))));
        using var generator = new Generator(2);
        using var adapters = new LoraModel(model);
        var config = new LoraConfig { Rank = 2, TargetModules = ["query"], ExcludeModules = ["deep.query"], Initialization = LoraInitialization.None };
        adapters.Add("a", config, generator);
        adapters.Combine("b", [("a", 1)], CombinationKind.Concatenated);
        CollectionAssert.AreEqual(new[] { "query" }, adapters.Layers.Keys.ToArray());
        using var scope = NewDisposeScope();
        Close.Assert(adapters.Layers["query"].DeltaWeight("a"), adapters.Layers["query"].DeltaWeight("b"), 1e-6, "delta");
    }

    [TestMethod]
    public void WhatCannotBeCombinedIsNamed()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapters = new LoraModel(model, model.Dropout);
        adapters.Add("a", new LoraConfig { Rank = 2, ModulesToSave = ["classifier"] }, generator);
        adapters.Add("b", new LoraConfig { Rank = 3, ModulesToSave = ["classifier"] }, generator);
        adapters.Add("dora", new LoraConfig { Rank = 2, UseDora = true }, generator);
        string Error(Action action) => Assert.Throws<ArgumentException>(action).Message;
        StringAssert.Contains(Error(() => adapters.Combine("x", [])), "at least one");
        StringAssert.Contains(Error(() => adapters.Combine("x", [("nobody", 1)])), "nobody");
        StringAssert.Contains(Error(() => adapters.Combine("x", [("a", 1), ("dora", 1)])), "DoRA");
        StringAssert.Contains(Error(() => adapters.Combine("x", [("a", 1), ("b", 1)])), "trained modules");
        StringAssert.Contains(Error(() => adapters.Combine("x", [("a", 1), ("b", 1)], CombinationKind.Linear, headFrom: "a")), "one rank");
        StringAssert.Contains(Error(() => adapters.Combine("x", [("a", 1)], CombinationKind.Concatenated, rank: 3)), "rank");
        adapters.Combine("x", [("a", 1), ("b", 1)], headFrom: "b");
        Assert.AreEqual(3, adapters.ConfigOf("x").Rank);
    }
}
