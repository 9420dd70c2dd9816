using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Tests.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Interchange;

/// <summary>Checkpoints of the LoRA authors' own package.</summary>
[TestClass]
public class LoralibTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];

    private static Dictionary<string, Tensor> Checkpoint(LoraModel adapter) => PeftMapping.Tensors(adapter).ToDictionary(
        each => each.Name.Replace("base_model.model.", "").Replace("lora_A.weight", "lora_A").Replace("lora_B.weight", "lora_B")
            .Replace("lora_embedding_", "lora_").Replace("base_layer.", ""),
        each => each.Tensor.detach());

    [TestMethod]
    [DataRow(LoraBias.None)]
    [DataRow(LoraBias.LoraOnly)]
    [DataRow(LoraBias.All)]
    public void TheyAreImported(LoraBias bias)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapter = new LoraModel(model, model.Dropout);
        adapter.Add("a", new LoraConfig
        {
            Rank = 4,
            Alpha = 8,
            Bias = bias,
            TargetModules = ["query", "value", "word_embeddings"],
            ModulesToSave = ["classifier"],
            RankPattern = new Dictionary<string, int> { ["value"] = 2 },
            AlphaPattern = new Dictionary<string, double> { ["value"] = 8 },
        }, generator);
        Tiny.Disturb(adapter);
        foreach (var (_, parameter) in adapter.SavedParameters) parameter.add_(0.01);
        var expected = model.Logits(Tiny.Batch(Rows));
        var checkpoint = Checkpoint(adapter);
        Assert.IsTrue(checkpoint.ContainsKey("roberta.encoder.layer.0.attention.self.query.lora_A"));
        SafetensorsWriter.Write(folder["lora.safetensors"], checkpoint.Select(each => (each.Key, each.Value)));

        adapter.LoadLoralib("b", folder["lora.safetensors"], alpha: 8);
        adapter.Activate("b");
        Close.AssertIdentical(expected, model.Logits(Tiny.Batch(Rows)), "logits");
    }

    [TestMethod]
    public void PathsThatAreTheEndsOfOthersMeanThemselvesAlone()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = nn.Sequential(
            ("query", nn.Linear(6, 6)), ("norm", nn.LayerNorm(6)),
            ("deep", nn.Sequential(("query", nn.Linear(6, 6)), ("norm", nn.LayerNorm(6)), ("deep", nn.Sequential(("query", nn.Linear(6, 6)))))));
        using var adapters = new LoraModel(model);
        SafetensorsWriter.Write(folder["lora.safetensors"],
        [
            ("query.lora_A", ones(1, 6)), ("query.lora_B", ones(6, 1)), ("deep.query.lora_A", ones(2, 6)), ("deep.query.lora_B", ones(6, 2)),
            ("norm.weight", ones(6)), ("norm.bias", ones(6)),
        ]);
        adapters.LoadLoralib("a", folder["lora.safetensors"], alpha: 2);
        Assert.AreEqual("deep.query 2, query 1", string.Join(", ", adapters.Layers.Select(layer => $"{layer.Key} {layer.Value.Adapters["a"].Rank}")));
        CollectionAssert.AreEqual(new[] { "norm.bias", "norm.weight" }, adapters.SavedParameters.Select(each => each.Name).Order().ToArray());
    }

    [TestMethod]
    [DataRow("[2000000000,0]", "[0,2000000000]")]
    [DataRow("[65537,0]", "[0,65537]")]
    [DataRow("[2,0]", "[0,2]")]
    public void TensorsWithoutElementsAreRefused(string a, string b)
    {
        using var folder = new TemporaryFolder();
        using var model = nn.Sequential(("query", nn.Linear(6, 6)));
        using var adapters = new LoraModel(model);
        string Empty(string name, string shape) => $$"""
            "{{name}}":{"dtype":"F32","shape":{{shape}},"data_offsets":[0,0]}
            """;
        folder.Write("lora.safetensors", SafetensorsBytes.Of("{" + Empty("query.lora_A", a) + "," + Empty("query.lora_B", b) + "}"));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => adapters.LoadLoralib("a", folder["lora.safetensors"], alpha: 8));
        StringAssert.Contains(error.Message, "[r, in] and [out, r] with r in 1 … 65536");
    }

    [TestMethod]
    public void WhatDoesNotFitIsNamed()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        void AssertRefused(Action<Dictionary<string, Tensor>> change, string named)
        {
            var checkpoint = Checkpoint(adapter);
            change(checkpoint);
            SafetensorsWriter.Write(folder["bad.safetensors"], checkpoint.Select(each => (each.Key, each.Value)));
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => adapter.LoadLoralib("b", folder["bad.safetensors"], 8)).Message, named);
            Assert.AreEqual(1, adapter.Names.Count);
        }

        const string query = "roberta.encoder.layer.0.attention.self.query";
        AssertRefused(all => all.Remove(query + ".lora_B"), query + ".lora_B");
        AssertRefused(all => all.Remove(query + ".lora_A"), query + ".lora_A");
        AssertRefused(all => all[query + ".lora_A"] = zeros(8, 16), "merged projections");
        AssertRefused(all => all["roberta.quary.lora_A"] = zeros(4, 16), "roberta.quary");
        AssertRefused(all => all.Keys.ToList().ForEach(key => all.Remove(key)), "no loralib checkpoint");
        folder.Write("lora.bin", "pickle");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => adapter.LoadLoralib("b", folder["lora.bin"], 8)).Message, "pickle");
        Assert.Throws<ArgumentOutOfRangeException>(() => adapter.LoadLoralib("b", folder["bad.safetensors"], 0));
    }
}
