using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>Checkpoints under the names, and of the types, that are found on the hub.</summary>
[TestClass]
public class CheckpointWeightsTests
{
    [TestMethod]
    [DataRow("roberta", "roberta.", false, ScalarType.Float32)]
    [DataRow("roberta", "", false, ScalarType.Float16)]
    [DataRow("bert", "bert.", true, ScalarType.Float32)]
    [DataRow("bert", "", true, ScalarType.BFloat16)]
    [DataRow("bert", "", false, ScalarType.Float64)]
    [DataRow("distilbert", "distilbert.", false, ScalarType.Float16)]
    [DataRow("distilbert", "", false, ScalarType.Float32)]
    public void TheSameModelIsReadWhateverItsNamesAndTypes(string modelType, string prefix, bool early, ScalarType type)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var family = EncoderFamily.Of(modelType)!;
        var configuration = Tiny.Configuration with { ModelType = modelType, TokenTypes = modelType == "distilbert" ? 0 : 2 };
        using var expected = Tiny.Classifier(configuration: configuration);
        foreach (var parameter in expected.parameters()) parameter.copy_(parameter.add(empty_like(parameter).normal_(0, 0.1)).to_type(type));

        var tensors = expected.named_parameters().Where(each => each.name.StartsWith(family.WeightPrefix, StringComparison.Ordinal))
            .Select(each => (Name(each.name[family.WeightPrefix.Length..]), each.parameter.to_type(type)))
            .Concat([($"{prefix}embeddings.position_ids", arange(34, dtype: int64).unsqueeze(0)), ("cls.predictions.bias", zeros(40)), ("lm_head.layer_norm.weight", ones(16)),
                ("classifier.weight", zeros(2, 16))]);
        SafetensorsWriter.Write(folder["model.safetensors"], tensors, SafetensorsWriter.PyTorchMetadata);
        using var checkpoint = SafetensorsFile.Open(folder["model.safetensors"]);
        using var generator = new Generator(1);
        var head = new RandomWeights(generator);
        using var actual = family.CreateClassifier(new CheckpointWeights(checkpoint, family.WeightPrefix), head, configuration, 3);
        var weights = expected.named_parameters().ToDictionary(each => each.name, each => each.parameter);
        foreach (var (name, parameter) in actual.named_parameters().Where(each => each.name.StartsWith(family.WeightPrefix, StringComparison.Ordinal)))
        {
            Assert.AreEqual(ScalarType.Float32, parameter.dtype);
            Close.AssertIdentical(weights[name], parameter, name);
        }

        string Name(string name) => prefix + (early ? name.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta") : name);
    }
}
