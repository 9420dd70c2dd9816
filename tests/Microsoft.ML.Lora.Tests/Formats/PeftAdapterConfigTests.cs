using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class PeftAdapterConfigTests
{
    /// <summary>All fields a recent peft writes.</summary>
    private const string Full = """
        {
          "alora_invocation_tokens": null,
          "alpha_pattern": {},
          "arrow_config": null,
          "auto_mapping": {"base_model_class": "RobertaForSequenceClassification", "parent_library": "transformers.models.roberta.modeling_roberta"},
          "base_model_name_or_path": "FacebookAI/roberta-base",
          "bias": "none",
          "corda_config": null,
          "ensure_weight_tying": false,
          "eva_config": null,
          "exclude_modules": null,
          "fan_in_fan_out": false,
          "inference_mode": true,
          "init_lora_weights": true,
          "layer_replication": null,
          "layers_pattern": null,
          "layers_to_transform": null,
          "loftq_config": {},
          "lora_alpha": 16,
          "lora_bias": false,
          "lora_dropout": 0.0,
          "megatron_config": null,
          "megatron_core": "megatron.core",
          "modules_to_save": [
            "classifier",
            "score"
          ],
          "peft_type": "LORA",
          "peft_version": "0.18.0",
          "qalora_group_size": 16,
          "r": 8,
          "rank_pattern": {},
          "revision": null,
          "target_modules": [
            "value",
            "query"
          ],
          "target_parameters": [],
          "task_type": "SEQ_CLS",
          "trainable_token_indices": null,
          "use_dora": false,
          "use_qalora": false,
          "use_rslora": false
        }
        """;

    [TestMethod]
    public void ReadsWhatPeftWrites()
    {
        var config = Parse(Full);
        Assert.AreEqual(8, config.Rank);
        Assert.AreEqual(16, config.Alpha);
        Assert.AreEqual("SEQ_CLS", config.TaskType);
        CollectionAssert.AreEqual(new[] { "value", "query" }, config.TargetModules!.Names!.ToArray());
        CollectionAssert.AreEqual(new[] { "classifier", "score" }, config.ModulesToSave!.ToArray());
        Assert.AreEqual("FacebookAI/roberta-base", config.BaseModelNameOrPath);
        Assert.AreEqual("true", config.InitLoraWeights);
        Assert.IsTrue(config.OtherFields.ContainsKey("auto_mapping"));
    }

    [TestMethod]
    public void WritesWhatItReadFieldByField()
    {
        var written = Encoding.UTF8.GetString(Parse(Full).ToUtf8());
        Assert.IsTrue(JsonNode.DeepEquals(JsonNode.Parse(Full), JsonNode.Parse(written)), written);
        Assert.Contains("\"lora_dropout\": 0.0,\n", written);
        Assert.Contains("  \"modules_to_save\": [\n    \"classifier\",\n", written);
        Assert.AreEqual(written, Encoding.UTF8.GetString(Parse(written).ToUtf8()));
    }

    [TestMethod]
    public void EveryTypedFieldComesBack()
    {
        var config = new PeftAdapterConfig
        {
            TaskType = null,
            Rank = 3,
            Alpha = 1.5,
            Dropout = 0.05,
            TargetModules = PeftModules.Matching(@".*\.(query|value)$"),
            ExcludeModules = PeftModules.Named("layer.0"),
            ModulesToSave = ["classifier"],
            Bias = "lora_only",
            FanInFanOut = true,
            UseRslora = true,
            UseDora = true,
            InitLoraWeights = "pissa_niter_16",
            LayersPattern = ["layer"],
            RankPattern = new Dictionary<string, int> { ["a"] = 2 },
            AlphaPattern = new Dictionary<string, double> { ["b"] = 0.5 },
            BaseModelNameOrPath = "ä/b",
            Revision = "main",
            InferenceMode = false,
        };
        var again = PeftAdapterConfig.Parse(config.ToUtf8(), "x");
        Assert.AreEqual(Encoding.UTF8.GetString(config.ToUtf8()), Encoding.UTF8.GetString(again.ToUtf8()));
        Assert.AreEqual(@".*\.(query|value)$", again.TargetModules!.Pattern);
        Assert.AreEqual("layer.0", again.ExcludeModules!.Names!.Single());
        Assert.AreEqual(0.05, again.Dropout);
        Assert.AreEqual("pissa_niter_16", again.InitLoraWeights);
        Assert.AreEqual(2, again.RankPattern["a"]);
        Assert.AreEqual(0.5, again.AlphaPattern["b"]);
        Assert.AreEqual("ä/b", again.BaseModelNameOrPath);
        Assert.IsFalse(again.InferenceMode);
    }

    [TestMethod]
    public void ASingleLayerIsAListOfOne()
    {
        var config = Parse(With("\"layers_to_transform\": 3, \"layers_pattern\": \"layer\""));
        Assert.AreEqual(3, config.LayersToTransform!.Single());
        Assert.AreEqual("layer", config.LayersPattern!.Single());
        Assert.AreEqual("false", Parse(With("\"init_lora_weights\": false")).InitLoraWeights);
        Assert.AreEqual("all-linear", Parse(With("\"target_modules\": \"all-linear\"")).TargetModules!.Pattern);
    }

    [TestMethod]
    [DataRow("corda_config")]
    [DataRow("lora_ga_config")]
    [DataRow("loftq_config")]
    [DataRow("eva_config")]
    public void HowAnAdapterBeganDoesNotMatterOnceItIsAnOrdinaryOne(string field)
    {
        var config = Parse(With($"\"{field}\": {{\"a\": 1}}"));
        Assert.AreEqual("true", config.InitLoraWeights);
        Assert.IsTrue(config.OtherFields.ContainsKey(field));
    }

    [TestMethod]
    [DataRow("\"alora_invocation_tokens\": [1]", "alora_invocation_tokens")]
    [DataRow("\"layer_replication\": [[0, 4]]", "layer_replication")]
    [DataRow("\"megatron_config\": {\"a\": 1}", "megatron_config")]
    [DataRow("\"use_qalora\": true", "use_qalora")]
    [DataRow("\"lora_bias\": true", "lora_bias")]
    [DataRow("\"target_parameters\": [\"w\"]", "target_parameters")]
    [DataRow("\"trainable_token_indices\": [5]", "trainable_token_indices")]
    [DataRow("\"ensure_weight_tying\": true", "ensure_weight_tying")]
    [DataRow("\"arrow_config\": {\"top_k\": 3}", "arrow_config")]
    [DataRow("\"something_new\": 0.5", "something_new")]
    [DataRow("\"something_new\": 0", "something_new")]
    public void AFieldThatWouldChangeTheResultIsRefusedByName(string field, string name)
    {
        AssertRefused(field, $"'{name}'");
    }

    [TestMethod]
    [DataRow("\"r\": 0", "'r'")]
    [DataRow("\"r\": 65537", "'r'")]
    [DataRow("\"r\": 1.5", "'r'")]
    [DataRow("\"r\": \"8\"", "'r'")]
    [DataRow("\"r\": null", "'r' is missing")]
    [DataRow("\"lora_alpha\": 0", "'lora_alpha'")]
    [DataRow("\"lora_alpha\": -1", "'lora_alpha'")]
    [DataRow("\"lora_alpha\": 1e999", "'lora_alpha'")]
    [DataRow("\"lora_dropout\": 1", "'lora_dropout'")]
    [DataRow("\"lora_dropout\": -0.1", "'lora_dropout'")]
    [DataRow("\"bias\": \"some\"", "'bias'")]
    [DataRow("\"bias\": 1", "'bias'")]
    [DataRow("\"use_dora\": 1", "'use_dora'")]
    [DataRow("\"use_rslora\": \"true\"", "'use_rslora'")]
    [DataRow("\"target_modules\": 5", "'target_modules'")]
    [DataRow("\"target_modules\": [5]", "'target_modules'")]
    [DataRow("\"target_modules\": \" \"", "'target_modules'")]
    [DataRow("\"exclude_modules\": \"\"", "'exclude_modules'")]
    [DataRow("\"modules_to_save\": \"classifier\"", "'modules_to_save'")]
    [DataRow("\"init_lora_weights\": \"magic\"", "'init_lora_weights'")]
    [DataRow("\"init_lora_weights\": 1", "'init_lora_weights'")]
    [DataRow("\"rank_pattern\": {\"q\": 0}", "'rank_pattern.q'")]
    [DataRow("\"rank_pattern\": [1]", "'rank_pattern'")]
    [DataRow("\"alpha_pattern\": {\"q\": 0}", "'alpha_pattern.q'")]
    [DataRow("\"layers_to_transform\": [-1]", "'layers_to_transform'")]
    [DataRow("\"layers_to_transform\": \"0\"", "'layers_to_transform'")]
    [DataRow("\"layers_to_transform\": [0], \"target_modules\": \"q|v\"", "'layers_to_transform'")]
    [DataRow("\"peft_type\": \"IA3\"", "IA3")]
    [DataRow("\"peft_type\": null", "'peft_type' is missing")]
    [DataRow("\"base_model_name_or_path\": {}", "'base_model_name_or_path'")]
    [DataRow("\"revision\": \"\\ud800\"", "JSON")]
    public void AWrongValueIsRefusedByName(string field, string reason) => AssertRefused(field, reason);

    [TestMethod]
    [DataRow("", "JSON")]
    [DataRow("[]", "object")]
    [DataRow("{\"r\":8,\"r\":9}", "JSON")]
    [DataRow("{\"a\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}", "JSON")]
    public void SomethingElseIsRefused(string json, string reason) =>
        Assert.Contains(reason, Assert.ThrowsExactly<InvalidDataException>(() => Parse(json)).Message);

    [TestMethod]
    public void AHugeFileIsRefused() =>
        Assert.Contains("bytes", Assert.ThrowsExactly<InvalidDataException>(() => Parse(new string(' ', 5_000_000))).Message);

    [TestMethod]
    public void AWrongValueIsNotWritten() =>
        Assert.Contains("'r'", Assert.ThrowsExactly<InvalidDataException>(() => new PeftAdapterConfig { Rank = 0, Alpha = 1 }.ToUtf8()).Message);

    private static void AssertRefused(string fields, string reason)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Parse(With(fields)));
        Assert.Contains(reason, error.Message);
        Assert.Contains(PeftAdapterConfig.FileName, error.Message);
    }

    /// <summary>A small configuration in which the given fields stand instead of its own.</summary>
    private static string With(string fields)
    {
        var config = JsonNode.Parse("""{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "target_modules": ["query"]}""")!.AsObject();
        var parts = new List<string>();
        foreach (var (name, value) in config)
            if (!fields.Contains($"\"{name}\":", StringComparison.Ordinal)) parts.Add($"\"{name}\": {value!.ToJsonString()}");
        return $"{{{string.Join(", ", [.. parts, fields])}}}";
    }

    private static PeftAdapterConfig Parse(string json) => PeftAdapterConfig.Parse(Encoding.UTF8.GetBytes(json), PeftAdapterConfig.FileName);
}
