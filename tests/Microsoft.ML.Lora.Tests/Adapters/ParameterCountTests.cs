using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Roberta;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>The figures that PEFT, the articles and the papers state.</summary>
[TestClass]
public class ParameterCountTests
{
    private static readonly EncoderConfiguration RobertaBase = new()
    {
        ModelType = "roberta",
        VocabularySize = 50265,
        HiddenSize = 768,
        Layers = 12,
        Heads = 12,
        IntermediateSize = 3072,
        MaxPositions = 514,
    };

    private static readonly LoraConfig QueryAndValue = new() { Rank = 8, Alpha = 16, ModulesToSave = ["classifier"] };

    [TestMethod]
    public void RobertaBaseWithPeftsHead()
    {
        using var model = Tiny.Classifier(classes: 2, configuration: RobertaBase);
        using (var full = TrainedInPlace.Full(model)) Assert.AreEqual(new ParameterSummary(124_647_170, 124_647_170), full.Summary());
        using var generator = new Generator(2);
        using var adapter = LoraModel.Inject(model, QueryAndValue, model.Dropout, generator);
        Assert.AreEqual(new ParameterSummary(887_042, 125_534_212), adapter.Summary());
        Assert.AreEqual("trainable params: 887,042 || all params: 125,534,212 || trainable%: 0.7066", adapter.Summary().ToString());
    }

    [TestMethod]
    [DataRow(false, 419_330)]
    [DataRow(true, 420_098)]
    public void RobertaBaseWithBiasesAndLayerNormsAndALinearHead(bool withPooler, int trainable)
    {
        using var generator = new Generator(2);
        var weights = new RandomWeights(generator);
        using var model = new RobertaWithNormHead(weights, weights, RobertaBase, 2, withPooler);
        using var adapter = LoraModel.Inject(model, QueryAndValue with { TrainBiases = true, TrainLayerNorms = true }, model.Dropout, generator);
        var summary = adapter.Summary();
        Assert.AreEqual(trainable, summary.Trainable);
        Assert.AreEqual("0.34", (100.0 * summary.Trainable / summary.All).ToString("F2", System.Globalization.CultureInfo.InvariantCulture));
        Assert.AreEqual(trainable, adapter.TrainableParameters().Sum(each => each.Parameter.numel()));
        Assert.AreEqual("1.7", (4 * trainable / 1e6).ToString("F1", System.Globalization.CultureInfo.InvariantCulture));
        var error = Assert.ThrowsExactly<NotSupportedException>(() => PeftMapping.ToPeftConfig(adapter, "roberta-base", null));
        StringAssert.Contains(error.Message, "PEFT");
    }

    [TestMethod]
    public void AMatrixOf512By64()
    {
        using var model = Sequential(("layer", Linear(64, 512, hasBias: false)));
        using var generator = new Generator(2);
        using var adapter = new LoraModel(model);
        adapter.Add("a", new LoraConfig { Rank = 8, TargetModules = ["layer"] }, generator);
        Assert.AreEqual(new ParameterSummary(4_608, 32_768 + 4_608), adapter.Summary());
        Assert.AreEqual(-86, (int)Math.Round(100.0 * (4_608 - 32_768) / 32_768));
    }

    [TestMethod]
    public void HoulsbyAdapters()
    {
        const int d = 16, m = 5, layers = 2;
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapters = new HoulsbyAdapters(model, m, model.HeadModules, generator);
        var bottlenecks = adapters.Layers.Values.SelectMany(layer => layer.Trainable).Sum(each => each.Parameter.numel());
        Assert.AreEqual(2 * layers * (2 * m * d + d + m), bottlenecks);
    }
}
