using System.Text.Json;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>Bases with WordPiece, and bases whose weights lie in several files, from files to a model that is saved and loaded.</summary>
[TestClass]
public sealed class FamilyTests
{
    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad",
        .. Enumerable.Range('a', 26).Select(c => $"{(char)c}"), .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"{i}", $"##{i}" }),
    ];

    [TestMethod]
    [DataRow("bert", false)]
    [DataRow("bert", true)]
    [DataRow("bert", false, false, DisplayName = "bert without its pooler, as a masked language model is saved")]
    [DataRow("distilbert", true)]
    public void ABaseIsTunedSavedAndLoaded(string modelType, bool inSeveralFiles, bool withPooler = true)
    {
        using var folder = new TemporaryFolder();
        WriteBase(folder, modelType, inSeveralFiles, withPooler);
        var ml = new MLContext(seed: 1);
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 80));
        var data = keys.Transform(Sentences.View(ml, 80));
        var options = new LoraFineTuneEstimator.Options
        {
            BaseModel = BaseModel.FromDirectory(folder["base"]),
            Sentence1ColumnName = "Text",
            Rank = 4,
            Alpha = 8,
            MaxEpochs = 8,
            LearningRate = 0.02,
        };
        using var model = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(data);
        var expected = Sentences.Scores(model.Transform(data));
        Assert.IsGreaterThan(0.9, ml.MulticlassClassification.Evaluate(model.Transform(keys.Transform(Sentences.View(ml, 80, seed: 2)))).MicroAccuracy);

        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        Same(expected, Sentences.Scores(ml.Model.Load(folder["model.zip"], out _).Transform(data)));
        model.SaveAdapter(folder["adapter"]);
        using var adapter = ml.Model.LoadLoraAdapter(folder["adapter"], options.BaseModel, ["pos", "neg"], sentence1ColumnName: "Text");
        Same(expected, Sentences.Scores(adapter.Transform(data)));
    }

    [TestMethod]
    [DataRow("distilbert", "SEQ_CLS", "pre_classifier.", "base_model.model.pre_classifier.weight", "a part of the head")]
    [DataRow("bert", "SEQ_CLS", "bert.pooler.", "base_model.model.bert.pooler.dense.weight", "a part of the head")]
    [DataRow("distilbert", "TOKEN_CLS", "pre_classifier.", "task_type", "TOKEN_CLS")]
    [DataRow("bert", "TOKEN_CLS", "nothing", "task_type", "TOKEN_CLS")]
    public void AnAdapterWithoutAWholeHeadOfTextsIsRefused(string modelType, string task, string lacking, params string[] named)
    {
        using var folder = new TemporaryFolder();
        WriteBase(folder, modelType, inSeveralFiles: false, withPooler: false);
        var ml = new MLContext(seed: 1);
        var options = new LoraFineTuneEstimator.Options { BaseModel = BaseModel.FromDirectory(folder["base"]), Sentence1ColumnName = "Text", Rank = 4, MaxEpochs = 1 };
        var data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 20)).Transform(Sentences.View(ml, 20));
        using (var model = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(data)) model.SaveAdapter(folder["whole"]);
        using (var peft = PeftAdapterDirectory.Read(folder["whole"]))
            PeftAdapterDirectory.Write(folder["part"], peft.Config with { TaskType = task, ModulesToSave = ["classifier", "score"] },
                peft.Tensors.Where(each => !each.Key.Contains(lacking)).Select(each => (each.Key, each.Value)));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => ml.Model.LoadLoraAdapter(folder["part"], options.BaseModel, sentence1ColumnName: "Text").Dispose());
        foreach (var part in named) StringAssert.Contains(error.Message, part);
    }

    [TestMethod]
    public void ATokenizerThatTakesAccentsOffIsRefusedWhereDotNetCannot()
    {
        using var folder = new TemporaryFolder();
        WriteBase(folder, "bert", inSeveralFiles: false);
        var ml = new MLContext(seed: 1);
        var options = new LoraFineTuneEstimator.Options { BaseModel = BaseModel.FromDirectory(folder["base"]), Sentence1ColumnName = "Text", MaxEpochs = 1 };
        var data = Sentences.View(ml, 20);
        ml.Model.Save(Sentences.Pipeline(ml, options).Fit(data), data.Schema, folder["model.zip"]);
        var (exitCode, _, error) = FreshProcessTests.Load(folder["model.zip"]);
        Assert.AreEqual(0, exitCode, error);
        (exitCode, _, error) = FreshProcessTests.Load(folder["model.zip"], ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"));
        Assert.AreEqual(1, exitCode);
        StringAssert.StartsWith(error, "PlatformNotSupportedException");
        StringAssert.Contains(error, "InvariantGlobalization");
    }

    private static void Same(float[][] expected, float[][] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            for (var j = 0; j < expected[i].Length; j++) Assert.AreEqual(expected[i][j], actual[i][j], 1e-6);
    }

    private static void WriteBase(TemporaryFolder folder, string modelType, bool inSeveralFiles, bool withPooler = true)
    {
        var tokenTypes = modelType == "bert" ? 2 : 0;
        var configuration = Tiny.Configuration with { ModelType = modelType, VocabularySize = Vocabulary.Length, TokenTypes = tokenTypes, FirstPosition = 0 };
        folder.Write("base/vocab.txt", string.Join('\n', Vocabulary) + "\n");
        folder.Write("base/config.json", JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model_type"] = modelType,
            ["vocab_size"] = configuration.VocabularySize,
            ["max_position_embeddings"] = configuration.MaxPositions,
            [modelType == "bert" ? "hidden_size" : "dim"] = configuration.HiddenSize,
            [modelType == "bert" ? "num_hidden_layers" : "n_layers"] = configuration.Layers,
            [modelType == "bert" ? "num_attention_heads" : "n_heads"] = configuration.Heads,
            [modelType == "bert" ? "intermediate_size" : "hidden_dim"] = configuration.IntermediateSize,
            ["type_vocab_size"] = 2,
        }));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Tiny.Classifier(classes: 2, configuration: configuration);
        var weights = model.named_parameters().Where(each => each.name.StartsWith(EncoderFamily.Of(modelType)!.WeightPrefix, StringComparison.Ordinal))
            .Where(each => withPooler || !each.name.Contains("pooler"))
            .Select(each => (each.name, each.parameter.dim() > 1 ? each.parameter * 10 : each.parameter)).ToArray();
        if (!inSeveralFiles)
        {
            SafetensorsWriter.Write(folder["base", "model.safetensors"], weights, SafetensorsWriter.PyTorchMetadata);
            return;
        }

        var places = weights.Index().ToDictionary(each => each.Item.name, each => $"model-{each.Index % 2 + 1:00000}-of-00002.safetensors");
        foreach (var file in places.Values.Distinct())
            SafetensorsWriter.Write(folder["base", file], weights.Where(each => places[each.name] == file), SafetensorsWriter.PyTorchMetadata);
        folder.Write("base/model.safetensors.index.json", JsonSerializer.Serialize(new { weight_map = places }));
    }
}
