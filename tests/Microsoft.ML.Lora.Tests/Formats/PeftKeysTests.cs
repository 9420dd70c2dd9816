using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class PeftKeysTests
{
    private const string Query = "roberta.encoder.layer.0.attention.self.query";

    [TestMethod]
    [DataRow("base_model.model.roberta.encoder.layer.0.attention.self.query.lora_A.weight", Query, nameof(PeftPart.LoraA), null)]
    [DataRow("base_model.model.roberta.encoder.layer.0.attention.self.query.lora_B.weight", Query, nameof(PeftPart.LoraB), null)]
    [DataRow("base_model.model.emb.lora_embedding_A", "emb", nameof(PeftPart.EmbeddingA), null)]
    [DataRow("base_model.model.emb.lora_embedding_B", "emb", nameof(PeftPart.EmbeddingB), null)]
    [DataRow("base_model.model.seq.0.lora_magnitude_vector", "seq.0", nameof(PeftPart.Magnitude), null)]
    [DataRow("base_model.model.roberta.encoder.layer.0.attention.self.query.base_layer.bias", Query, nameof(PeftPart.BaseLayer), "bias")]
    [DataRow("base_model.model.classifier.out_proj.weight", "classifier.out_proj", nameof(PeftPart.Parameter), "weight")]
    [DataRow("base_model.model.scale", "", nameof(PeftPart.Parameter), "scale")]
    public void NamesAndMeaningsGoBothWays(string name, string module, string part, string? parameter)
    {
        var key = new PeftKey(module, Enum.Parse<PeftPart>(part), parameter);
        Assert.AreEqual(key, PeftKeys.Parse(name, "f"));
        Assert.AreEqual(name, PeftKeys.Format(key));
    }

    [TestMethod]
    public void OtherSpellingsOfPeftAreUnderstood()
    {
        Assert.AreEqual(new("q", PeftPart.Magnitude), PeftKeys.Parse("base_model.model.q.lora_magnitude_vector.weight", "f"));
        Assert.AreEqual(new("classifier.dense", PeftPart.Parameter, "bias"), PeftKeys.Parse("base_model.model.classifier.modules_to_save.dense.bias", "f"));
        Assert.AreEqual(new("classifier.dense", PeftPart.Original, "bias"), PeftKeys.Parse("base_model.model.classifier.original_module.dense.bias", "f"));
    }

    [TestMethod]
    [DataRow("base_model.model.classifier.modules_to_save.default.dense.bias", "base_model.model.classifier.default.dense.bias base_model.model.classifier.dense.bias")]
    [DataRow("base_model.model.classifier.modules_to_save.bias", "base_model.model.classifier.bias base_model.model.classifier")]
    [DataRow("base_model.model.classifier.modules_to_save", "base_model.model.classifier")]
    [DataRow("base_model.model.classifier.dense.bias", "")]
    public void AWrappersParametersHavePlainNamesToo(string name, string expected) => Assert.AreEqual(expected, string.Join(" ", PeftKeys.PlainNames(name)));

    [TestMethod]
    [DataRow("roberta.query.lora_A.weight")]
    [DataRow("base_model.model.")]
    [DataRow("base_model.model.q.lora_B.bias")]
    [DataRow("base_model.model.q.lora_A.default.weight")]
    [DataRow("base_model.model.lora_A.weight")]
    [DataRow("")]
    public void AForeignNameIsRefused(string name) =>
        Assert.Contains($"'{name}'", Assert.ThrowsExactly<InvalidDataException>(() => PeftKeys.Parse(name, "f")).Message);
}
