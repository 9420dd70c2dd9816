using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Layers;

/// <summary>What must hold of every kind of layer, with every variant and initialisation.</summary>
[TestClass]
public class LoraLayerTests
{
    private static readonly LoraConfig Plain = new() { Rank = 3, Alpha = 6 };

    public static IEnumerable<object[]> KindsAndVariants =>
        from kind in OneLayer.Kinds
        from variant in new[] { "lora", "dora", "rslora", "gaussian", "none", "pissa", "olora" }
        select new object[] { kind, variant };

    private static LoraConfig Config(string variant) => variant switch
    {
        "lora" => Plain,
        "dora" => Plain with { UseDora = true },
        "rslora" => Plain with { UseRankStabilizedScaling = true },
        "gaussian" => Plain with { Initialization = LoraInitialization.Gaussian },
        "none" => Plain with { Initialization = LoraInitialization.None },
        "pissa" => Plain with { Initialization = LoraInitialization.Pissa },
        "olora" => Plain with { Initialization = LoraInitialization.Olora },
        _ => throw new ArgumentOutOfRangeException(nameof(variant)),
    };

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void TheStartIsTheBaseModel(string kind, string variant)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var before = model.call(model.Input);
        using var adapter = model.Adapt(Config(variant));
        var start = model.call(model.Input);
        if (variant is "none") Assert.IsGreaterThan(1e-2f, (start - before).abs().max().item<float>());
        else if (variant is "pissa" or "olora") Close.Assert(before, start, 1e-5, "start");
        else Close.AssertIdentical(before, start, "start");
    }

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void OutputsWithoutWeightsStayFinite(string kind, string variant)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            var weight = model.Layer.get_parameter("weight")!;
            foreach (var dimension in new[] { 0, 1 }) weight.narrow(dimension, 1, 2).zero_();
        }

        using var adapter = model.Adapt(Config(variant));
        var output = model.call(model.Input);
        output.pow(2).sum().backward();
        Assert.IsTrue(output.isfinite().all().item<bool>(), "output");
        foreach (var (name, parameter) in adapter.TrainableParameters()) Assert.IsTrue(parameter.grad!.isfinite().all().item<bool>(), name);
        adapter.Merge();
        Assert.IsTrue(model.call(model.Input).isfinite().all().item<bool>(), "merged");
    }

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void TheForwardPassIsTheFormula(string kind, string variant)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var before = model.call(model.Input);
        using var adapter = model.Adapt(Config(variant));
        Tiny.Disturb(adapter);
        var actual = model.call(model.Input);
        Close.Assert(model.Formula(Written.Weight(model.Adapted)).@float(), actual, 2e-5, "h");
        Assert.IsGreaterThan(0.05f, (actual - before).abs().max().item<float>(), "the adapter must matter");
    }

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void GradientsAgreeWithDifferencesOfTheFormula(string kind, string variant)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var adapter = model.Adapt(Config(variant));
        Tiny.Disturb(adapter);
        var output = model.call(model.Input);
        using var generator = new Generator(5);
        var direction = randn(output.shape, generator: generator);
        (output * direction).sum().backward();
        var weights = model.Adapted.ActiveAdapters.Single();
        var norm = Written.Norm(model.Adapted);
        double Loss() => (model.Formula(Written.Weight(model.Adapted, norm)) * direction.@double()).sum().item<double>();

        foreach (var (name, parameter) in weights.named_parameters())
        {
            var gradient = parameter.grad!.reshape(-1);
            foreach (var at in new[] { 0, gradient.abs().argmax().item<long>(), gradient.shape[0] - 1 })
                Assert.AreEqual(Difference(parameter, at, Loss), gradient[at].item<float>(), 2e-3, $"{name}[{at}]");
            Assert.IsGreaterThan(1e-3f, gradient.abs().max().item<float>(), name);
        }

        Assert.IsTrue(model.named_parameters().Where(p => p.name.Contains("base_layer")).All(p => !p.parameter.requires_grad), "the base is frozen");
    }

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void MergingKeepsTheResultAndUnmergingRestoresTheWeightBitForBit(string kind, string variant)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (weight, baseOutput) = (model.Layer.get_parameter("weight")!.clone(), model.call(model.Input));
        using var adapter = model.Adapt(Config(variant));
        Tiny.Disturb(adapter);
        var unmerged = model.call(model.Input);

        adapter.Merge();
        adapter.Merge();
        Close.Assert(unmerged, model.call(model.Input), 1e-5, "merged");
        Close.Assert(unmerged, model.Adapted.BaseLayer.call(model.Input), 1e-5, "the base layer itself");

        adapter.Unmerge();
        adapter.Unmerge();
        Close.AssertIdentical(weight, model.Adapted.BaseWeight, "weight");
        Close.AssertIdentical(unmerged, model.call(model.Input), "unmerged");

        adapter.MergeAndUnload();
        Assert.IsNotInstanceOfType<LoraLayer>(model.Layer);
        Close.Assert(unmerged, model.call(model.Input), 1e-5, "merged and unloaded");
        Assert.IsFalse(model.named_parameters().Any(p => p.name.Contains("lora")));
        Assert.IsGreaterThan(0.05f, (model.call(model.Input) - baseOutput).abs().max().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void SavingAndLoadingKeepsTheResult(string kind, string variant)
    {
        using var folder = new TemporaryFolder();
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapter = model.Adapt(Config(variant));
        Tiny.Disturb(adapter);
        var expected = model.call(model.Input);
        adapter.Save(LoraModel.DefaultName, folder["a"]);

        using var fresh = OneLayer.Of(kind);
        using var loaded = new LoraModel(fresh);
        loaded.Load("again", folder["a"]);
        var isConverted = variant is "pissa" or "olora";
        if (isConverted) Close.Assert(expected, fresh.call(fresh.Input), 1e-5, "loaded");
        else Close.AssertIdentical(expected, fresh.call(fresh.Input), "loaded");
        Assert.AreEqual(isConverted ? 6 : 3, loaded.Config.Rank);

        loaded.Save("again", folder["b"]);
        CollectionAssert.AreEqual(
            File.ReadAllBytes(folder["a", PeftAdapterDirectory.WeightsFileName]), File.ReadAllBytes(folder["b", PeftAdapterDirectory.WeightsFileName]));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a", PeftAdapterConfig.FileName]), File.ReadAllBytes(folder["b", PeftAdapterConfig.FileName]));
    }

    [TestMethod]
    [DataRow("Linear", false, "lora_A.weight 3x7, lora_B.weight 5x3")]
    [DataRow("Linear", true, "lora_A.weight 3x7, lora_B.weight 5x3, lora_magnitude_vector 5")]
    [DataRow("TransposedLinear", true, "lora_A.weight 3x7, lora_B.weight 5x3, lora_magnitude_vector 5")]
    [DataRow("Embedding", true, "lora_embedding_A 3x9, lora_embedding_B 5x3, lora_magnitude_vector 5")]
    [DataRow("Conv1d", true, "lora_A.weight 3x3x3, lora_B.weight 5x3x1, lora_magnitude_vector 1x5x1")]
    [DataRow("Conv2d", true, "lora_A.weight 3x3x3x2, lora_B.weight 6x3x1x1, lora_magnitude_vector 1x6x1x1")]
    public void NamesAndShapesAreThoseOfPeft(string kind, bool dora, string expected)
    {
        using var model = OneLayer.Of(kind);
        using var scope = NewDisposeScope();
        using var adapter = model.Adapt(Plain with { UseDora = dora });
        var actual = PeftMapping.Tensors(adapter).Select(each => $"{each.Name.Replace("base_model.model.layer.", "")} {string.Join("x", each.Tensor.shape)}");
        Assert.AreEqual(expected, string.Join(", ", actual));
        Assert.AreEqual(kind == "TransposedLinear", PeftMapping.ToPeftConfig(adapter, null, null).FanInFanOut);
    }

    [TestMethod]
    [DataRow("lora")]
    [DataRow("dora")]
    public void ATransposedLayerRefusesAnInputOfAnotherWidth(string variant)
    {
        using var model = OneLayer.Of("TransposedLinear");
        using var scope = NewDisposeScope();
        void AssertRefused(Tensor input, string shape)
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => model.call(input));
            StringAssert.Contains(error.Message, shape);
            StringAssert.Contains(error.Message, "[7, 5]");
        }

        AssertRefused(ones(2, 5), "[2, 5]");
        AssertRefused(tensor(1f), "[]");
        using var adapter = model.Adapt(Config(variant));
        AssertRefused(ones(2, 5), "[2, 5]");
    }

    [TestMethod]
    [DynamicData(nameof(KindsAndVariants))]
    public void NothingIsLeftBehind(string kind, string variant)
    {
        using var folder = new TemporaryFolder();
        using var model = OneLayer.Of(kind);
        var counted = (variant == "dora" ? 3 : 2) * LiveTensors.CountedTwicePerParameter;
        void Cycle()
        {
            using var adapter = model.Adapt(Config(variant));
            using (model.call(model.Input)) { }
            adapter.Merge();
            adapter.Unmerge();
            adapter.Save(LoraModel.DefaultName, folder["a"]);
            adapter.Unload();
        }

        Cycle();
        var before = LiveTensors.Settled();
        Cycle();
        Cycle();
        Assert.AreEqual(before + 2 * counted, LiveTensors.Count);
    }

    private static double Difference(Parameter parameter, long at, Func<double> loss)
    {
        using var _ = no_grad();
        var flat = parameter.view(-1);
        var original = flat[at].item<float>();
        double At(float value)
        {
            flat[at] = tensor(value);
            return loss();
        }

        const float h = 1f / 512;
        var difference = (At(original + h) - At(original - h)) / ((original + h) - (double)(original - h));
        flat[at] = tensor(original);
        return difference;
    }
}
