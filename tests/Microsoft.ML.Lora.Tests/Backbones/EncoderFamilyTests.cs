using Microsoft.ML.Lora.Backbones;

namespace Microsoft.ML.Lora.Tests.Backbones;

[TestClass]
public class EncoderFamilyTests
{
    private const string Roberta = """
        {"model_type": "roberta", "vocab_size": 50, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
         "max_position_embeddings": 34, "type_vocab_size": 1, "pad_token_id": 1, "layer_norm_eps": 1e-05, "hidden_dropout_prob": 0.2}
        """;

    private static (EncoderFamily Family, EncoderConfiguration Configuration) Read(string json)
    {
        using var folder = new TemporaryFolder();
        return EncoderFamily.Read(folder.Write("config.json", json));
    }

    [TestMethod]
    public void RobertasPositionsStartAbovePadding()
    {
        var (family, configuration) = Read(Roberta);
        Assert.AreEqual("roberta", family.ModelType);
        Assert.AreEqual(2, configuration.FirstPosition);
        Assert.AreEqual(32, configuration.MaxLength);
        Assert.AreEqual(0.2, configuration.HiddenDropout);
        Assert.AreEqual(0.2, configuration.ClassifierDropout);
        Assert.AreEqual(0.1, configuration.AttentionDropout);
    }

    [TestMethod]
    public void BertStartsAtZeroAndHasTokenTypes()
    {
        var (_, configuration) = Read(Roberta.Replace("\"roberta\"", "\"bert\"").Replace("\"type_vocab_size\": 1", "\"type_vocab_size\": 2").Replace("\"pad_token_id\": 1", "\"pad_token_id\": 0"));
        Assert.AreEqual((0, 34, 2, 0), (configuration.FirstPosition, configuration.MaxLength, configuration.TokenTypes, configuration.PadTokenId));
    }

    [TestMethod]
    public void WhatAFileDoesNotSayHasADefault()
    {
        var without = Roberta.Replace("\"type_vocab_size\": 1, \"pad_token_id\": 1, \"layer_norm_eps\": 1e-05, ", "");
        var (_, roberta) = Read(without);
        Assert.AreEqual((1, 1, 1e-12), (roberta.TokenTypes, roberta.PadTokenId, roberta.LayerNormEpsilon));
        var (_, bert) = Read(without.Replace("\"roberta\"", "\"bert\""));
        Assert.AreEqual((2, 0, 1e-12), (bert.TokenTypes, bert.PadTokenId, bert.LayerNormEpsilon));
    }

    [TestMethod]
    public void DistilBertHasNamesOfItsOwn()
    {
        var (family, configuration) = Read("""
            {"model_type": "distilbert", "vocab_size": 50, "dim": 12, "n_layers": 2, "n_heads": 3, "hidden_dim": 20, "max_position_embeddings": 30,
             "activation": "gelu", "dropout": 0.3, "seq_classif_dropout": 0.4}
            """);
        CollectionAssert.AreEqual(new[] { "q_lin", "v_lin" }, family.DefaultTargets.ToArray());
        Assert.AreEqual((12, 2, 3, 20, 0, 30), (configuration.HiddenSize, configuration.Layers, configuration.Heads, configuration.IntermediateSize, configuration.TokenTypes, configuration.MaxLength));
        Assert.AreEqual((0.3, 0.4), (configuration.HiddenDropout, configuration.ClassifierDropout));
    }

    [TestMethod]
    [DataRow("roberta", "roberta.")]
    [DataRow("bert", "bert.")]
    [DataRow("distilbert", "distilbert.")]
    public void TheEncodersWeightsBeginWithThePrefix(string modelType, string prefix)
    {
        var family = EncoderFamily.Of(modelType)!;
        Assert.AreEqual(prefix, family.WeightPrefix);
        using var model = Tiny.Classifier(configuration: Tiny.Configuration with { ModelType = modelType });
        Assert.IsTrue(model.named_parameters().Any(each => each.name.StartsWith(prefix)));
        var names = model.named_parameters().Select(each => each.name).Where(name => !name.StartsWith(prefix)).ToArray();
        Assert.IsTrue(names.All(name => model.HeadModules.Any(head => name.StartsWith(head)) || name.StartsWith("bert.pooler")), string.Join(' ', names));
    }

    [TestMethod]
    public void OtherModelsWithRobertasModulesAreAnEntryOfTheirOwn()
    {
        var family = new Lora.Backbones.Roberta.RobertaFamily("xlm-roberta", "XLMRobertaForSequenceClassification");
        Assert.AreEqual(("xlm-roberta", "roberta."), (family.ModelType, family.WeightPrefix));
        Assert.IsNull(EncoderFamily.Of("xlm-roberta"), "It takes a vocabulary in SentencePiece's form, which is not read.");
    }

    [TestMethod]
    [DataRow("\"roberta\"", "\"gpt2\"", "model_type \"gpt2\" is not supported")]
    [DataRow("\"hidden_size\": 12", "\"hidden_size\": 13", "attention heads (3) must divide the hidden size (13)")]
    [DataRow("\"hidden_size\": 12", "\"hidden_size\": -1", "hidden_size")]
    [DataRow("\"hidden_size\": 12", "\"hidden_size\": \"12\"", "hidden_size")]
    [DataRow("\"vocab_size\": 50,", "", "vocab_size")]
    [DataRow("\"pad_token_id\": 1", "\"pad_token_id\": 50", "pad_token_id (50) must be below vocab_size (50)")]
    [DataRow("\"max_position_embeddings\": 34", "\"max_position_embeddings\": 5", "max_position_embeddings (5)")]
    [DataRow("\"hidden_dropout_prob\": 0.2", "\"hidden_dropout_prob\": 1", "hidden_dropout_prob")]
    [DataRow("\"layer_norm_eps\": 1e-05", "\"layer_norm_eps\": 0", "layer_norm_eps")]
    [DataRow("\"type_vocab_size\": 1", "\"type_vocab_size\": 1, \"hidden_act\": \"relu\"", "hidden_act")]
    [DataRow("\"type_vocab_size\": 1", "\"type_vocab_size\": 1, \"position_embedding_type\": \"relative_key\"", "position_embedding_type")]
    [DataRow("\"type_vocab_size\": 1", "\"type_vocab_size\": 1, \"is_decoder\": true", "is_decoder")]
    public void WhatIsNotSupportedIsNamed(string from, string to, string named)
    {
        Assert.IsTrue(Roberta.Contains(from));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Read(Roberta.Replace(from, to))).Message, named);
    }
}
