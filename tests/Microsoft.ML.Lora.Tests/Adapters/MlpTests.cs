using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>PEFT's article on custom models, from one end to the other.</summary>
[TestClass]
public class MlpTests
{
    private static readonly LoraConfig Config = new() { Rank = 3, Alpha = 3, TargetModules = ["seq.0", "seq.2"] };

    [TestMethod]
    [DataRow(false, 12_660, 455_262, "2.7808")]
    [DataRow(true, 13_062, 455_664, "2.8666")]
    public void AnAdapterLearnsASecondTaskOnAnUnchangedBase(bool saveHead, int trainable, int all, string percent)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = new Mlp();
        var rows = Mlp.Rows();
        var first = rows.sum(1).gt(10).to(ScalarType.Int64);
        var second = rows.narrow(1, 0, 10).sum(1).gt(5).to(ScalarType.Int64);
        using (var full = TrainedInPlace.Full(model))
        {
            Assert.AreEqual(442_602, full.Summary().Trainable);
            var pretraining = model.Train(full, rows, first, 20);
            Assert.IsLessThan(0.5 * pretraining[0], pretraining[^1]);
        }

        var before = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        var logits = model.call(rows).detach();
        using var generator = new Generator(3);
        using var adapter = new LoraModel(model);
        adapter.Add("second", Config with { ModulesToSave = saveHead ? ["seq.4"] : [] }, generator);
        Assert.AreEqual(new ParameterSummary(trainable, all), adapter.Summary());
        Assert.AreEqual($"trainable params: {trainable:N0} || all params: {all:N0} || trainable%: {percent}", adapter.Summary().ToString());
        Close.AssertIdentical(logits, model.call(rows).detach(), "start");

        var losses = model.Train(adapter, rows, second, 30);
        Assert.IsLessThan(0.5 * losses[0], losses[^1]);
        Assert.IsGreaterThan(0.85, model.Accuracy(rows, second));
        adapter.Save("second", folder["adapter"]);
        var size = new FileInfo(folder["adapter", PeftAdapterDirectory.WeightsFileName]).Length;
        Assert.IsTrue(size >= 4 * trainable && size < 4 * trainable + 1_000, $"{size} bytes");
        var adapted = model.call(rows).detach();

        adapter.Unload();
        foreach (var (name, parameter) in model.named_parameters()) Close.AssertIdentical(before[name], parameter, name);
        Close.AssertIdentical(logits, model.call(rows).detach(), "the first task again");

        adapter.Load("second", folder["adapter"]);
        Close.AssertIdentical(adapted, model.call(rows).detach(), "loaded");
    }

    [TestMethod]
    public void AllLinearLeavesTheOutputLayer()
    {
        using var model = new Mlp();
        using var generator = new Generator(3);
        using var adapter = new LoraModel(model);
        adapter.Add("a", Config with { TargetModules = ModuleSelection.AllLinear }, generator);
        CollectionAssert.AreEqual(new[] { "seq.0", "seq.2" }, adapter.Layers.Keys.ToArray());
    }
}
