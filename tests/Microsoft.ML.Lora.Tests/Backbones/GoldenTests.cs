using System.Text.Json;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>The whole model against what the LoRA authors' own code computes.</summary>
[TestClass]
public class GoldenTests
{
    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void HiddenStatesAgree(string name)
    {
        using var golden = new Golden(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var states = new List<Tensor>();
        golden.Model.roberta.Encode(golden.Batch(), states);
        Assert.AreEqual(golden.Model.Configuration.Layers + 1, states.Count);
        for (var i = 0; i < states.Count; i++) golden.AssertClose($"hidden_states.{i}", states[i]);
    }

    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void LogitsAgreeWithTheAdapterWithoutItAndMerged(string name)
    {
        using var golden = new Golden(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        golden.AssertClose("logits", golden.Model.Logits(golden.Batch()));

        foreach (var layer in golden.Adapter.Layers.Values) layer.Enabled = false;
        golden.AssertClose("logits_adapter_disabled", golden.Model.Logits(golden.Batch()));
        foreach (var layer in golden.Adapter.Layers.Values) layer.Enabled = true;

        golden.Adapter.Merge();
        golden.AssertClose("logits", golden.Model.Logits(golden.Batch()));
        golden.AssertClose("merged_weight.layer.0.query", golden.Model.get_parameter("roberta.encoder.layer.0.attention.self.query.base_layer.weight")!);
    }

    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void LossAndGradientsAgree(string name)
    {
        using var golden = new Golden(name);
        using var scope = NewDisposeScope();
        var loss = functional.cross_entropy(golden.Model.Logits(golden.Batch()), golden.Expected("labels"));
        golden.AssertClose("loss", loss.reshape(1));
        loss.backward();
        foreach (var (key, tensor) in PeftMapping.Tensors(golden.Adapter)) golden.AssertClose("grad." + key, tensor.grad!);
    }

    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void WeightsAfterTrainingAgree(string name)
    {
        using var golden = new Golden(name);
        using var scope = NewDisposeScope();
        using var training = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden.Directory, "training.json")));
        double Setting(string field) => training.RootElement.GetProperty(field).GetDouble();
        var all = new ParameterGroup("all", [.. golden.Adapter.TrainableParameters().Select(p => p.Parameter)]);
        using var optimizer = new Optimizer([all], Setting("weight_decay"), maxGradientNorm: 0);
        var losses = new List<float>();
        for (var step = 0; step < Setting("steps"); step++)
        {
            var loss = functional.cross_entropy(golden.Model.Logits(golden.Batch()), golden.Expected("labels"));
            losses.Add(loss.item<float>());
            optimizer.Step(loss, Setting("lr"));
        }

        golden.AssertClose("training_losses", tensor(losses.ToArray()));
        foreach (var (key, tensor) in PeftMapping.Tensors(golden.Adapter)) golden.AssertClose("after_training." + key, tensor);
        golden.AssertClose("logits_after_training", golden.Model.Logits(golden.Batch()));
    }
}
