using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Interchange;

/// <summary>Adapter directories that do not fit: each gives one error that says what is wrong, and leaves the model as it was.</summary>
[TestClass]
public class MalformedAdapterTests
{
    private const string Query0 = "base_model.model.roberta.encoder.layer.0.attention.self.query.";

    private static void AssertRefused(Action<JsonObject>? config, Action<Dictionary<string, Tensor>>? tensors, params string[] named)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapters = new LoraModel(model, model.Dropout);
        adapters.Add("sound", new LoraConfig { Rank = 4, Alpha = 8, ModulesToSave = ["classifier"] }, generator);
        adapters.Save("sound", folder["a"], "tiny");
        var path = folder["a", PeftAdapterConfig.FileName];
        var json = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        config?.Invoke(json);
        File.WriteAllText(path, json.ToJsonString());
        if (tensors is not null)
        {
            var all = PeftMapping.Tensors(adapters).ToDictionary(each => each.Name, each => each.Tensor.detach());
            tensors(all);
            SafetensorsWriter.Write(folder["a", PeftAdapterDirectory.WeightsFileName], all.Select(each => (each.Key, each.Value)));
        }

        var before = model.named_parameters().Select(p => p.name).ToList();
        var error = Assert.ThrowsExactly<InvalidDataException>(() => adapters.Load("bad", folder["a"]));
        foreach (var part in named) StringAssert.Contains(error.Message, part);
        CollectionAssert.AreEqual(new[] { "sound" }, adapters.Names.ToArray());
        CollectionAssert.AreEqual(before, model.named_parameters().Select(p => p.name).ToList());
    }

    [TestMethod]
    public void AMissingTensor() => AssertRefused(null, all => all.Remove(Query0 + "lora_B.weight"), Query0 + "lora_B.weight", "missing");

    [TestMethod]
    public void AMissingHead() => AssertRefused(null, all => all.Remove("base_model.model.classifier.out_proj.bias"), "classifier.out_proj.bias", "missing");

    [TestMethod]
    public void ATensorOfAnotherShape() =>
        AssertRefused(null, all => all[Query0 + "lora_A.weight"] = zeros(4, 17), Query0 + "lora_A.weight", "[4, 17]", "[4, 16]");

    [TestMethod]
    public void ARankThatContradictsTheTensors() => AssertRefused(json => json["r"] = 3, null, "rank 4", "gives it rank 3");

    [TestMethod]
    public void ARankPatternThatContradictsTheTensors() =>
        AssertRefused(json => json["rank_pattern"] = new JsonObject { ["value"] = 2 }, null, "value.lora_A.weight", "rank 4", "rank 2");

    [TestMethod]
    [DataRow("pissa")]
    [DataRow("olora")]
    public void ARankAboveWhatTheStartCanGive(string initialization) => AssertRefused(
        json => (json["r"], json["init_lora_weights"]) = (17, initialization),
        all =>
        {
            foreach (var key in all.Keys.Where(key => key.Contains(".lora_")).ToList()) all[key] = key.Contains("lora_A") ? zeros(17, 16) : zeros(16, 17);
        },
        "init_lora_weights", initialization, "rank 17", "at most 16", "roberta.encoder.layer.0.attention.self.query");

    [TestMethod]
    public void ARankThatTheTensorsHaveNotCostsNoMemory()
    {
        const long size = 1 << 22;
        using var scope = NewDisposeScope();
        using var layer = new TransposedLinear(new Parameter(zeros(1, 1).expand(size, size), requires_grad: false));
        using var model = nn.Sequential(("layer", layer));
        using var adapters = new LoraModel(model);
        var config = new PeftAdapterConfig { Rank = 65_536, Alpha = 1, TargetModules = PeftModules.Named("layer") };
        var tensors = new Dictionary<string, Tensor>
        {
            ["base_model.model.layer.lora_A.weight"] = zeros(1, size),
            ["base_model.model.layer.lora_B.weight"] = zeros(size, 1),
        };
        var error = Assert.ThrowsExactly<InvalidDataException>(() => adapters.Load("a", new PeftAdapter(config, tensors), "file"));
        StringAssert.Contains(error.Message, "gives it rank 65536");
    }

    [TestMethod]
    public void AHeadWhoseLayersContradictEachOther()
    {
        AssertRefused(null, all => all["base_model.model.classifier.out_proj.weight"] = zeros(5, 16), "out_proj", "3 and 5");
        AssertRefused(null, all => all["base_model.model.classifier.dense.weight"] = zeros(5, 16), "classifier.dense.weight", "[5, 16]");
    }

    [TestMethod]
    public void ATensorThatBelongsNowhere()
    {
        AssertRefused(null, all => all[Query0.Replace("layer.0", "layer.9") + "lora_A.weight"] = zeros(4, 16), "layer.9", "no module");
        AssertRefused(null, all => all[Query0.Replace("query", "key") + "lora_A.weight"] = zeros(4, 16), "attention.self.key", "neither adapts");
        AssertRefused(null, all => all["query.lora_A"] = zeros(4, 16), "query.lora_A", "base_model.model.");
    }

    [TestMethod]
    public void NamesThatClimbOutOfTheModel() =>
        AssertRefused(null, all => all["base_model.model.../../etc/passwd.lora_A.weight"] = zeros(4, 16), "../../etc/passwd");

    [TestMethod]
    public void AnUnknownType() => AssertRefused(json => json["peft_type"] = "IA3", null, "IA3", "LORA");

    [TestMethod]
    public void ATargetThatIsAbsent()
    {
        AssertRefused(json => json["target_modules"] = new JsonArray("vlaue"), null, "vlaue", "Did you mean value?");
        AssertRefused(json => json["target_modules"] = new JsonArray("query", "vlaue"), null, "attention.self.value", "neither adapts");
    }

    [TestMethod]
    public void AModuleToSaveThatIsAbsent() => AssertRefused(json => json["modules_to_save"] = new JsonArray("clasifier"), null, "classifier.dense", "nor saves");

    [TestMethod]
    public void AnExpressionThatIsNone() => AssertRefused(json => json["target_modules"] = "(query", null, "TargetModules");

    [TestMethod]
    public void AnExpressionThatTakesTooLong() => AssertRefused(json => json["target_modules"] = @"(?=r)(([a-z0-9]+\.?)+)+!", null, "too long");

    [TestMethod]
    public void MorePatternsThanModelsHave() => AssertRefused(
        json => json["rank_pattern"] = new JsonObject(Enumerable.Range(0, 1001).Select(i => KeyValuePair.Create($"a{i}+", (JsonNode?)4))), null, "rank_pattern", "at most 1000");

    // Spelt out against every module's path, such a name would take minutes.
    [TestMethod]
    [Timeout(60_000)]
    [DataRow("aaaaaaaaaa", "no module is called")]
    [DataRow("aaaaaaaa.a", "no module is called")]
    public void AVeryLongNameIsRefusedLikeAnyOther(string part, string named) =>
        AssertRefused(json => json["target_modules"] = new JsonArray(string.Concat(Enumerable.Repeat(part, 100_000))), null, named);

    [TestMethod]
    public void ATargetThatCannotBeAdapted() => AssertRefused(json => json["target_modules"] = new JsonArray("LayerNorm"), null, "LayerNorm", "only linear layers");

    [TestMethod]
    [DataRow("pissa_niter_16")]
    [DataRow("corda")]
    [DataRow("lora_ga")]
    [DataRow("loftq")]
    public void AStartThatChangedTheBase(string initialization) =>
        AssertRefused(json => json["init_lora_weights"] = initialization, null, initialization, "save_pretrained");

    [TestMethod]
    public void FieldsThatThisLibraryCannotHonour() => AssertRefused(json => json["use_qalora"] = true, null, "use_qalora");

    [TestMethod]
    public void APickleIsRefusedWithTheWayOut()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Classifier();
        using var adapters = new LoraModel(model, model.Dropout);
        folder.Write("a/adapter_config.json", """{"peft_type":"LORA","r":4,"lora_alpha":8}""");
        folder.Write("a/adapter_model.bin", "pickle");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => adapters.Load("bad", folder["a"])).Message, "safetensors");
        Assert.ThrowsExactly<FileNotFoundException>(() => adapters.Load("bad", folder["nowhere"]));
    }
}
