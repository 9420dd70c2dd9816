using System.Text.RegularExpressions;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Targeting;

namespace Microsoft.ML.Lora.Tests.Adapters.Targeting;

/// <summary>Which modules a configuration means, by PEFT's rules.</summary>
[TestClass]
public class TargetSelectionTests
{
    private const string Layer0 = "roberta.encoder.layer.0.attention.self.";
    private const string Layer1 = "roberta.encoder.layer.1.attention.self.";

    private static string[] Targets(LoraConfig config)
    {
        using var model = Tiny.Classifier();
        return [.. TargetSelection.Targets(model, config).Select(target => target.Path)];
    }

    [TestMethod]
    public void NamesMatchTheEndOfAPath() => CollectionAssert.AreEquivalent(
        new[] { Layer0 + "query", Layer0 + "value", Layer1 + "query", Layer1 + "value" }, Targets(new LoraConfig()));

    [TestMethod]
    public void AWholePathMatchesJustOneModule() =>
        CollectionAssert.AreEqual(new[] { Layer1 + "key" }, Targets(new LoraConfig { TargetModules = [Layer1 + "key"] }));

    [TestMethod]
    public void AnExpressionMatchesTheWholePath()
    {
        CollectionAssert.AreEqual(new[] { Layer0 + "query", Layer0 + "key" },
            Targets(new LoraConfig { TargetModules = ModuleSelection.Matching(@".*\.layer\.0\..*\.(?P<which>query|key)") }));
        Assert.Throws<ArgumentException>(() => Targets(new LoraConfig { TargetModules = ModuleSelection.Matching("query") }));
    }

    [TestMethod]
    public void AllLinearLeavesTheHead()
    {
        var paths = Targets(new LoraConfig { TargetModules = ModuleSelection.Matching("All-Linear"), ModulesToSave = ["classifier"] });
        Assert.HasCount(2 * 6, paths);
        Assert.IsTrue(paths.All(path => path.StartsWith("roberta.encoder.layer.")));
        var withoutSaved = Targets(new LoraConfig { TargetModules = ModuleSelection.AllLinear });
        CollectionAssert.AreEqual(paths.Append("classifier.dense").ToArray(), withoutSaved);
    }

    [TestMethod]
    public void ModulesToSaveAndExcludedOnesAreNoTargets()
    {
        Assert.HasCount(2 * 3, Targets(new LoraConfig { TargetModules = ["dense"], ModulesToSave = ["classifier"] }));
        CollectionAssert.AreEqual(new[] { Layer0 + "query", Layer1 + "query" }, Targets(new LoraConfig { ExcludeModules = ["value"] }));
        CollectionAssert.AreEqual(new[] { Layer1 + "query", Layer1 + "value" }, Targets(new LoraConfig { ExcludeModules = ModuleSelection.Matching(@".*\.0\..*") }));
    }

    [TestMethod]
    public void LayersToTransformCountInAnyListOrInTheNamedOne()
    {
        CollectionAssert.AreEqual(new[] { Layer1 + "query", Layer1 + "value" }, Targets(new LoraConfig { LayersToTransform = [1] }));
        CollectionAssert.AreEqual(new[] { Layer0 + "query", Layer0 + "value" }, Targets(new LoraConfig { LayersToTransform = [0], LayersPattern = ["h", "layer"] }));
        Assert.Throws<ArgumentException>(() => Targets(new LoraConfig { LayersToTransform = [0], LayersPattern = ["h"] }));
        CollectionAssert.AreEqual(new[] { Layer0 + "key" }, Targets(new LoraConfig { TargetModules = [Layer0 + "key"], LayersToTransform = [1] }), "a whole path counts in any layer");
    }

    [TestMethod]
    public void RanksAndAlphasFollowTheFirstPatternThatMatches()
    {
        var patterns = new RankPatterns(new LoraConfig
        {
            Rank = 8,
            Alpha = 16,
            RankPattern = new Dictionary<string, int> { [@"layer\.1\..*"] = 2, ["value"] = 4 },
            AlphaPattern = new Dictionary<string, double> { [@"1\.attention\.self\.value"] = 10 },
        });
        Assert.AreEqual((8, 2.0), (patterns.Rank(Layer0 + "query"), patterns.Scaling(Layer0 + "query")));
        Assert.AreEqual((4, 4.0), (patterns.Rank(Layer0 + "value"), patterns.Scaling(Layer0 + "value")));
        Assert.AreEqual((2, 8.0), (patterns.Rank(Layer1 + "query"), patterns.Scaling(Layer1 + "query")));
        Assert.AreEqual((2, 5.0), (patterns.Rank(Layer1 + "value"), patterns.Scaling(Layer1 + "value")));
        Assert.AreEqual(8, patterns.Rank("roberta.devalue"), "a name ends where a dot or the path does");
    }

    [TestMethod]
    [DataRow("value")]
    [DataRow("self.value")]
    [DataRow("self_value")]
    [DataRow(".elf.value")]
    [DataRow("alue")]
    [DataRow("a.b")]
    [DataRow("")]
    public void APlainNameMatchesAsItDoesAsAnExpression(string name)
    {
        var expression = new Regex($@"\A(?:.*\.)?(?:{name})\z");
        var matches = Expressions.End(name, "field");
        foreach (var path in new[] { "value", "self.value", "self_value", "a.self.value", "selfXvalue", "devalue", "a.b", "aXb", "x.aXb", "", ".", "a." })
            Assert.AreEqual(expression.IsMatch(path), matches(path), path);
    }

    [TestMethod]
    [DataRow("quary", "query")]
    [DataRow("Values", "value")]
    [DataRow("attention.self.qeury", "query")]
    public void ANameThatMatchesNothingIsReportedWithNearOnes(string name, string near)
    {
        var error = Assert.Throws<ArgumentException>(() => Targets(new LoraConfig { TargetModules = [name, "key"] }));
        StringAssert.Contains(error.Message, $"\"{name}\"");
        StringAssert.Contains(error.Message[error.Message.IndexOf("Did you mean")..], near);
    }

    [TestMethod]
    public void AnExpressionThatTakesTooLongIsReported()
    {
        var error = Assert.Throws<ArgumentException>(() => Targets(new LoraConfig { TargetModules = ModuleSelection.Matching(@"(?=r)(([a-z0-9]+\.?)+)+!") }));
        StringAssert.Contains(error.Message, "too long");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => Targets(new LoraConfig { TargetModules = ModuleSelection.Matching(@"(([a-z0-9]+\.?)+)+!") })).Message, "leaves no module");
    }

    [TestMethod]
    public void AnExpressionMatchedInLinearTimeMayTakeLong()
    {
        var letters = new Random(1);
        var text = string.Create(1_000_000, letters, (span, random) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = random.Next(2) == 0 ? 'a' : 'x';
        });
        Assert.IsTrue(Expressions.Whole(".*a.{20}x.*b", "field")(text + "b"));
    }

    [TestMethod]
    public void WhatCannotBeAdaptedIsReported()
    {
        var error = Assert.Throws<ArgumentException>(() => Targets(new LoraConfig { TargetModules = ["LayerNorm"] }));
        StringAssert.Contains(error.Message, "only linear layers");
    }

    [TestMethod]
    [DataRow("kitten", "sitting", 3)]
    [DataRow("", "abc", 3)]
    [DataRow("query", "query", 0)]
    public void DistanceCountsEdits(string from, string to, int expected) => Assert.AreEqual(expected, NearMatches.Distance(from, to));
}
