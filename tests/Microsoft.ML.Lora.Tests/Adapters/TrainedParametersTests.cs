using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>Biases, normalisations and embeddings that an adapter trains beside its low-rank layers.</summary>
[TestClass]
public class TrainedParametersTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];

    public static IEnumerable<object[]> Configs =>
    [
        [new LoraConfig { Bias = LoraBias.All }, 2 * 8 + 1],
        [new LoraConfig { TrainBiases = true }, 2 * 8 + 1],
        [new LoraConfig { Bias = LoraBias.LoraOnly }, 2 * 2],
        [new LoraConfig { TrainLayerNorms = true }, 2 * (2 * 2 + 1)],
        [new LoraConfig { TrainEmbeddings = true }, 3],
        [new LoraConfig { TrainBiases = true, TrainLayerNorms = true, TrainEmbeddings = true }, 2 * (8 + 2) + 1 + 1 + 3],
    ];

    [TestMethod]
    [DynamicData(nameof(Configs))]
    public void TheyAreTrainedSavedAndLoadedAndTheBaseKeepsItsOwn(LoraConfig config, int parameters)
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        Tensor Logits()
        {
            using var _ = no_grad();
            return model.Logits(Tiny.Batch(Rows));
        }

        var before = Logits();
        using var generator = new Generator(2);
        using var adapter = new LoraModel(model, model.Dropout);
        adapter.Add("a", config with { Rank = 2, ModulesToSave = ["classifier"] }, generator);
        Assert.HasCount(parameters + 4, adapter.SavedParameters);
        Assert.AreEqual(adapter.TrainableParameters().Count, model.parameters().Count(p => p.requires_grad));
        Close.AssertIdentical(before, Logits(), "start");

        using var optimizer = new Optimizer(adapter.ParameterGroups(), 0, 0);
        var labels = tensor(new long[] { 2, 0 });
        var start = adapter.SavedParameters.ToDictionary(p => p.Name, p => p.Parameter.detach().clone());
        for (var step = 0; step < 4; step++) optimizer.Step(functional.cross_entropy(model.Logits(Tiny.Batch(Rows)), labels), 0.01);
        foreach (var (name, parameter) in adapter.SavedParameters)
            if (!name.EndsWith("key.bias")) Assert.IsGreaterThan(0f, (start[name] - parameter).abs().max().item<float>(), name);
        var trained = Logits();
        adapter.Save("a", folder["a"], "tiny");
        adapter.Merge();
        Close.Assert(trained, Logits(), 1e-5, "merged");
        adapter.Unload();
        Close.AssertIdentical(before, Logits(), "the base");

        adapter.Load("again", folder["a"]);
        Close.AssertIdentical(trained, Logits(), "loaded");
        adapter.Save("again", folder["b"], "tiny");
        CollectionAssert.AreEqual(
            File.ReadAllBytes(folder["a", PeftAdapterDirectory.WeightsFileName]), File.ReadAllBytes(folder["b", PeftAdapterDirectory.WeightsFileName]));
    }

    [TestMethod]
    public void BiasesHaveTheNamesOfPeft()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapter = new LoraModel(model, model.Dropout);
        adapter.Add("a", new LoraConfig { Rank = 2, Bias = LoraBias.All }, generator);
        var names = PeftMapping.Tensors(adapter).Select(each => each.Name).Where(name => name.EndsWith("bias")).ToList();
        CollectionAssert.Contains(names, "base_model.model.roberta.encoder.layer.0.attention.self.query.base_layer.bias");
        CollectionAssert.Contains(names, "base_model.model.roberta.encoder.layer.0.attention.self.key.bias");
        CollectionAssert.Contains(names, "base_model.model.roberta.embeddings.LayerNorm.bias");
        CollectionAssert.Contains(names, "base_model.model.classifier.dense.bias");
        Assert.AreEqual("all", PeftMapping.ToPeftConfig(adapter, null, null).Bias);
    }

    [TestMethod]
    public void LoraPlusGivesBALearningRateOfItsOwnAndVectorsDoNotDecay()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapter = new LoraModel(model, model.Dropout);
        adapter.Add("a", new LoraConfig { Rank = 2, UseDora = true, LoraPlusRatio = 16, ModulesToSave = ["classifier"] }, generator);
        var groups = adapter.ParameterGroups();
        Assert.AreEqual(
            "A 4 x1 True, B 4 x16 True, magnitude 4 x1 False, matrices 2 x1 True, vectors 2 x1 False",
            string.Join(", ", groups.Select(group => $"{group.Name} {group.Parameters.Count} x{group.LearningRateFactor} {group.Decays}")));

        using var scope = NewDisposeScope();
        using var optimizer = new Optimizer(groups, 0, 0);
        var weights = adapter.Layers.Values.First().Adapters["a"];
        using (no_grad()) weights.B.normal_(0, 0.1, generator);
        var (a, b) = (weights.A.detach().clone(), weights.B.detach().clone());
        optimizer.Step(functional.cross_entropy(model.Logits(Tiny.Batch(Rows)), tensor(new long[] { 2, 0 })), 1e-3);
        Assert.AreEqual(1e-3, (weights.A - a).abs().max().item<float>(), 1e-4, "the first step of AdamW is the learning rate");
        Assert.AreEqual(16e-3, (weights.B - b).abs().max().item<float>(), 2e-3);
    }
}
