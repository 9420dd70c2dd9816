using Microsoft.ML.Lora.Adapters;

namespace Microsoft.ML.Lora.Tests.Adapters;

[TestClass]
public class LoraConfigTests
{
    public static IEnumerable<object[]> Unfit =>
    [
        [new LoraConfig { Rank = 0 }, "Rank"],
        [new LoraConfig { Alpha = 0 }, "Alpha"],
        [new LoraConfig { Alpha = double.NaN }, "Alpha"],
        [new LoraConfig { Dropout = 1 }, "Dropout"],
        [new LoraConfig { LoraPlusRatio = 0 }, "LoraPlusRatio"],
        [new LoraConfig { TargetModules = [] }, "TargetModules"],
        [new LoraConfig { TargetModules = ["query", " "] }, "TargetModules"],
        [new LoraConfig { TargetModules = ModuleSelection.Matching("(") }, "TargetModules"],
        [new LoraConfig { ModulesToSave = [""] }, "ModulesToSave"],
        [new LoraConfig { ExcludeModules = ModuleSelection.Matching("[") }, "ExcludeModules"],
        [new LoraConfig { RankPattern = new Dictionary<string, int> { ["query"] = 0 } }, "RankPattern[query]"],
        [new LoraConfig { RankPattern = new Dictionary<string, int> { ["("] = 1 } }, "RankPattern"],
        [new LoraConfig { AlphaPattern = new Dictionary<string, double> { ["query"] = -1 } }, "AlphaPattern[query]"],
        [new LoraConfig { LayersToTransform = [-1] }, "LayersToTransform"],
        [new LoraConfig { LayersToTransform = [1], TargetModules = ModuleSelection.Matching(".*") }, "LayersToTransform"],
        [new LoraConfig { LayersPattern = ["layer"] }, "LayersPattern"],
        [new LoraConfig { Bias = (LoraBias)7 }, "Bias"],
        [new LoraConfig { Initialization = (LoraInitialization)7 }, "Initialization"],
        [new LoraConfig { UseDora = true, Initialization = LoraInitialization.Pissa }, "UseDora"],
    ];

    [TestMethod]
    [DynamicData(nameof(Unfit))]
    public void WhatIsOutOfRangeIsNamed(LoraConfig config, string named)
    {
        var error = Assert.Throws<ArgumentException>(config.Validate);
        StringAssert.Contains(error.Message, named);
    }

    [TestMethod]
    public void TheDefaultsAreSound() => new LoraConfig().Validate();

    [TestMethod]
    public void ScalingIsAlphaOverRankOrOverItsRoot()
    {
        Assert.AreEqual(2, new LoraConfig { Rank = 8, Alpha = 16 }.Scaling);
        Assert.AreEqual(4, new LoraConfig { Rank = 16, Alpha = 16, UseRankStabilizedScaling = true }.Scaling);
    }

    [TestMethod]
    public void SelectionsAreEqualByTheirContent()
    {
        ModuleSelection names = ["a", "b"];
        Assert.AreEqual(ModuleSelection.Named(["a", "b"]), names);
        Assert.AreNotEqual(ModuleSelection.Matching("a, b"), names);
        Assert.AreEqual(ModuleSelection.AllLinear, ModuleSelection.Matching("all-linear"));
        Assert.AreEqual("all-linear", ModuleSelection.AllLinear.ToString());
    }
}
