using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Interchange;

/// <summary>The merged model as transformers reads it.</summary>
[TestClass]
public class MergedModelTests
{
    private const string BaseConfig = """
        {"architectures":["RobertaForMaskedLM"],"model_type":"roberta","vocab_size":40,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":2,
        "intermediate_size":24,"max_position_embeddings":34,"hidden_dropout_prob":0.0,"attention_probs_dropout_prob":0.0,"torch_dtype":"float16","id2label":{"0":"x"}}
        """;

    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];

    [TestMethod]
    public void AFreshClassifierOfTheDirectoryGivesTheSameLogits()
    {
        using var folder = new TemporaryFolder();
        folder.Write("base/config.json", BaseConfig);
        folder.Write("base/vocab.json", "{}");
        folder.Write("base/merges.txt", "#version: 0.2");
        folder.Write("base/secret.txt", "not a tokenizer's");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        Tiny.Disturb(adapter);
        var expected = model.Logits(Tiny.Batch(Rows));
        adapter.SaveMerged(folder["merged"], folder["base"], ["bad", "middling", "good"]);
        Close.AssertIdentical(expected, model.Logits(Tiny.Batch(Rows)), "the model is as before");
        Assert.AreEqual(0, adapter.Merged.Count);

        CollectionAssert.AreEquivalent(
            new[] { "config.json", "model.safetensors", "vocab.json", "merges.txt" }, Directory.GetFiles(folder["merged"]).Select(Path.GetFileName).ToArray());
        var config = JsonNode.Parse(File.ReadAllBytes(folder["merged", "config.json"]))!;
        Assert.AreEqual("RobertaForSequenceClassification", config["architectures"]![0]!.GetValue<string>());
        Assert.AreEqual("""{"0":"bad","1":"middling","2":"good"}""", config["id2label"]!.ToJsonString());
        Assert.AreEqual("""{"bad":0,"middling":1,"good":2}""", config["label2id"]!.ToJsonString());
        Assert.AreEqual("float32", config["torch_dtype"]!.GetValue<string>());
        Assert.AreEqual(16, config["hidden_size"]!.GetValue<int>());

        var (family, configuration) = EncoderFamily.Read(folder["merged", "config.json"]);
        using var weights = SafetensorsFile.Open(folder["merged", "model.safetensors"]);
        Assert.IsTrue(weights.Tensors.ContainsKey("classifier.out_proj.weight"));
        Assert.IsFalse(weights.Tensors.Keys.Any(name => name.Contains("lora") || name.Contains("base_layer")));
        Assert.AreEqual("pt", weights.Metadata["format"]);
        var source = new CheckpointWeights(weights, family.WeightPrefix);
        using var fresh = family.CreateClassifier(source, source, configuration, 3);
        Close.Assert(expected, fresh.Logits(Tiny.Batch(Rows)), 1e-5, "loaded");
    }

    [TestMethod]
    [DataRow(1, "regression")]
    [DataRow(2, "single_label_classification")]
    public void TheProblemIsThatOfTheHead(int outputs, string problem)
    {
        using var folder = new TemporaryFolder();
        folder.Write("base/config.json", BaseConfig);
        using var model = Tiny.Classifier(outputs);
        using var adapter = Tiny.Adapt(model);
        adapter.SaveMerged(folder["merged"], folder["base"]);
        var config = JsonNode.Parse(File.ReadAllBytes(folder["merged", "config.json"]))!;
        Assert.AreEqual(problem, config["problem_type"]!.GetValue<string>());
        Assert.HasCount(outputs, config["id2label"]!.AsObject());
    }

    [TestMethod]
    public void WhatCannotBeWrittenIsNamed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("base/config.json", BaseConfig);
        folder.Write("other/config.json", """{"model_type":"xlnet"}""");
        using var model = Tiny.Classifier();
        using var adapter = Tiny.Adapt(model);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => adapter.SaveMerged(folder["m"], folder["base"], ["a", "b"])).Message, "2 labels");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => adapter.SaveMerged(folder["m"], folder["base"], ["a", "b", "a"])).Message, "differ");
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => adapter.SaveMerged(folder["m"], folder["other"])).Message, "xlnet");
        Assert.ThrowsExactly<FileNotFoundException>(() => adapter.SaveMerged(folder["m"], folder["nowhere"]));
        Assert.IsFalse(Directory.Exists(folder["m"]));
    }
}
