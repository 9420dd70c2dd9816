using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Interchange;

/// <summary>PEFT directories, in and out.</summary>
[TestClass]
public class PeftFilesTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];
    private const string Query0 = "base_model.model.roberta.encoder.layer.0.attention.self.query.";

    private static LoraModel Adapted(SequenceClassifier model, LoraConfig? config = null, int? classes = null)
    {
        using var generator = new Generator(2);
        var adapter = new LoraModel(model, model.Dropout);
        adapter.Add("a", (config ?? new LoraConfig { Rank = 4, Alpha = 8 }) with { ModulesToSave = model.HeadModules }, generator, classes);
        Tiny.Disturb(adapter);
        return adapter;
    }

    private static Tensor Logits(SequenceClassifier model)
    {
        using var _ = no_grad();
        return model.Logits(Tiny.Batch(Rows));
    }

    private static JsonNode Json(string directory) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(directory, PeftAdapterConfig.FileName)))!;

    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void GoldenAdaptersComeOutBitForBitAsTheyWentIn(string name)
    {
        using var golden = new Golden(name);
        using var folder = new TemporaryFolder();
        var source = Path.Combine(golden.Directory, "adapter");
        golden.Adapter.Save(LoraModel.DefaultName, folder["out"]);
        using var expected = PeftAdapterDirectory.Read(source);
        using var actual = PeftAdapterDirectory.Read(folder["out"]);
        CollectionAssert.AreEqual(expected.Tensors.Keys.ToArray(), actual.Tensors.Keys.ToArray());
        foreach (var (key, tensor) in expected.Tensors) Close.AssertIdentical(tensor, actual.Tensors[key], key);
        var (before, after) = (Json(source).AsObject(), Json(folder["out"]).AsObject());
        foreach (var (field, value) in before) Assert.IsTrue(JsonNode.DeepEquals(value, after[field]), field);

        golden.Adapter.Load("again", folder["out"]);
        golden.Adapter.Activate("again");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        golden.AssertClose("logits", golden.Model.Logits(golden.Batch()));
        golden.Adapter.Save("again", folder["twice"]);
        foreach (var file in new[] { PeftAdapterDirectory.WeightsFileName, PeftAdapterConfig.FileName })
            CollectionAssert.AreEqual(File.ReadAllBytes(folder["out", file]), File.ReadAllBytes(folder["twice", file]), file);
    }

    [TestMethod]
    public void AnAdapterOfOtherClassesIsLoadedBesideTheFirst()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var five = Tiny.Classifier(classes: 3);
        using var saved = Adapted(five, classes: 5);
        saved.Save("a", folder["five"]);
        using var model = Tiny.Classifier(classes: 3);
        using var adapters = Adapted(model);
        var first = Logits(model);
        adapters.Load("five", folder["five"]);
        Close.AssertIdentical(first, Logits(model), "the first stays active");
        adapters.Activate("five");
        Close.AssertIdentical(Logits(five), Logits(model), "five classes");
        Assert.AreEqual(5, adapters.ClassesOf("five"));
    }

    [TestMethod]
    public void TheConfigurationSaysWhatPeftSays()
    {
        using var folder = new TemporaryFolder();
        using var model = Tiny.Classifier();
        using var adapter = Adapted(model, new LoraConfig
        {
            Rank = 4,
            Alpha = 8,
            Dropout = 0.1,
            UseRankStabilizedScaling = true,
            UseDora = true,
            Bias = LoraBias.LoraOnly,
            TargetModules = ["query", "dense"],
            ExcludeModules = ["output.dense"],
            LayersToTransform = [1],
            LayersPattern = ["layer"],
            RankPattern = new Dictionary<string, int> { ["query"] = 2 },
            AlphaPattern = new Dictionary<string, double> { ["query"] = 3 },
            Initialization = LoraInitialization.Gaussian,
        });
        adapter.Save("a", folder["a"], "FacebookAI/roberta-base", "main");
        var json = Json(folder["a"]);
        Assert.AreEqual(
            """{"alpha_pattern":{"query":3},"base_model_name_or_path":"FacebookAI/roberta-base","bias":"lora_only","exclude_modules":["output.dense"],"fan_in_fan_out":false,"inference_mode":true,"init_lora_weights":"gaussian","layers_pattern":["layer"],"layers_to_transform":[1],"lora_alpha":8,"lora_dropout":0.1,"modules_to_save":["classifier","score"],"peft_type":"LORA","r":4,"rank_pattern":{"query":2},"revision":"main","target_modules":["query","dense"],"task_type":"SEQ_CLS","use_dora":true,"use_rslora":true}""",
            json.ToJsonString());
        adapter.Load("b", folder["a"]);
        var (a, b) = (adapter.ConfigOf("a"), adapter.ConfigOf("b"));
        foreach (var property in typeof(LoraConfig).GetProperties())
            Assert.AreEqual(JsonSerializer.Serialize(property.GetValue(a)), JsonSerializer.Serialize(property.GetValue(b)), property.Name);
    }

    private static LoraModel TwoQueries(LoraConfig config, out Sequential model)
    {
        model = nn.Sequential(
            ("query", nn.Linear(6, 6)), ("one", nn.Sequential(("query", nn.Linear(6, 6)))), ("two", nn.Sequential(("query", nn.Linear(6, 6)))));
        using var generator = new Generator(2);
        var adapters = new LoraModel(model);
        adapters.Add("a", config with { TargetModules = ["query"] }, generator);
        return adapters;
    }

    private static string RanksAndScalings(LoraModel adapters, string adapter) => string.Join(
        " ", adapters.Layers.Values.Select(layer => layer.Adapters[adapter]).Select(weights => FormattableString.Invariant($"{weights.Rank}:{weights.Scaling}")));

    [TestMethod]
    public void PatternsWhoseOrderCountsAreSavedByPathSoThatTheyMayBeSorted()
    {
        using var folder = new TemporaryFolder();
        using var adapters = TwoQueries(new LoraConfig
        {
            Rank = 2,
            Alpha = 4,
            RankPattern = new Dictionary<string, int> { ["two.query"] = 4, ["one.query"] = 2, ["query"] = 1 },
            AlphaPattern = new Dictionary<string, double> { ["two.query"] = 40, ["query"] = 2 },
        }, out var model);
        using var _ = model;
        Assert.AreEqual("2:1 1:2 4:10", RanksAndScalings(adapters, "a"));
        adapters.Save("a", folder["a"]);
        var json = Json(folder["a"]);
        Assert.AreEqual("""{"one.query":2,"^query":1,"two.query":4}""", json["rank_pattern"]!.ToJsonString());
        Assert.AreEqual("""{"one.query":2,"^query":2,"two.query":40}""", json["alpha_pattern"]!.ToJsonString());
        adapters.Load("b", folder["a"]);
        Assert.AreEqual("2:1 1:2 4:10", RanksAndScalings(adapters, "b"));
    }

    [TestMethod]
    public void PatternsWhoseOrderDoesNotCountAreSavedAsTheyAre()
    {
        using var folder = new TemporaryFolder();
        using var adapters = TwoQueries(new LoraConfig { Rank = 2, RankPattern = new Dictionary<string, int> { ["two.query"] = 4, ["one.query"] = 1 } }, out var model);
        using var _ = model;
        adapters.Save("a", folder["a"]);
        Assert.AreEqual("""{"two.query":4,"one.query":1}""", Json(folder["a"])["rank_pattern"]!.ToJsonString());
        adapters.Load("b", folder["a"]);
        Assert.AreEqual(RanksAndScalings(adapters, "a"), RanksAndScalings(adapters, "b"));
    }

    [TestMethod]
    public void AllLinearLayersAreSavedAsAnExpressionWhereAPathIsTheEndOfAnother()
    {
        using var folder = new TemporaryFolder();
        using var model = nn.Sequential(("0", nn.Linear(6, 6)), ("1", nn.ReLU()), ("2", nn.Sequential(("0", nn.Linear(6, 3)))));
        using var generator = new Generator(2);
        using var adapters = new LoraModel(model);
        adapters.Add("a", new LoraConfig { Rank = 2, TargetModules = ModuleSelection.AllLinear }, generator);
        adapters.Save("a", folder["a"]);
        Assert.AreEqual("0", (string)Json(folder["a"])["target_modules"]!);
        adapters.Load("b", folder["a"]);
        CollectionAssert.AreEqual(new[] { "0" }, adapters.Layers.Keys.ToArray());
    }

    [TestMethod]
    [DataRow("norm", "1.linear", "norm")]
    [DataRow("1.norm", "my_norm", "1.norm")]
    [DataRow("0", "1.0", "base_model.model.0")]
    public void SwitchedModulesAreSavedUnderNamesThatMeanNoOthers(string norm, string linear, string expected)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(2);
        nn.Module<Tensor, Tensor> At(string path, nn.Module<Tensor, Tensor> module) => path.StartsWith("1.") ? nn.Sequential((path[2..], module)) : module;
        using var model = nn.Sequential(
            new[] { (Path: norm, Module: At(norm, nn.LayerNorm(6))), (Path: linear, Module: At(linear, nn.Linear(6, 6))) }
                .Select(each => (each.Path.Split('.')[0], each.Module)).ToArray());
        using var adapters = new LoraModel(model);
        adapters.Add("a", new LoraConfig { Rank = 2, TargetModules = [linear], TrainLayerNorms = true }, generator);
        Tiny.Disturb(adapters);
        adapters.Save("a", folder["a"]);
        Assert.AreEqual(expected, string.Join(",", Json(folder["a"])["modules_to_save"]!.AsArray().Select(name => (string)name!)));
        using var input = ones(1, 6);
        var before = model.call(input);
        adapters.Load("b", folder["a"]);
        adapters.Activate("b");
        Close.AssertIdentical(before, model.call(input), "loaded");
    }

    [TestMethod]
    [DataRow("none")]
    [DataRow("all")]
    public void AModuleWhoseNameOnlyEndsAsOneToSaveIsSavedByPeftToo(string bias)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(2);
        using var model = nn.Sequential(
            ("q_lin", nn.Linear(6, 8)), ("my_score", nn.Linear(8, 8)), ("pre_classifier", nn.Linear(8, 8)), ("classifier", nn.Linear(8, 3)));
        using var adapters = new LoraModel(model);
        var config = new LoraConfig { Rank = 2, TargetModules = ["q_lin"], ModulesToSave = ["pre_classifier", "classifier"] };
        adapters.Add("a", config with { TrainBiases = bias == "all" }, generator);
        Tiny.Disturb(adapters);
        using var input = ones(1, 6);
        var before = model.call(input);
        var peft = PeftMapping.ToPeftConfig(adapters, null, null) with { TaskType = "SEQ_CLS", ModulesToSave = ["classifier", "score"] };
        adapters.Load("b", new PeftAdapter(peft, PeftMapping.Tensors(adapters).ToDictionary(each => each.Name, each => each.Tensor)), "file");
        CollectionAssert.AreEqual(new[] { "classifier", "pre_classifier" }, adapters.ConfigOf("b").ModulesToSave.ToArray());
        adapters.Activate("b");
        Close.AssertIdentical(before, model.call(input), "loaded");
    }

    [TestMethod]
    [DataRow("original_module")]
    [DataRow("modules_to_save")]
    [DataRow("modules_to_save.default")]
    public void BiasesThatPeftStoresTwiceAreReadOnce(string wrapper)
    {
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var adapter = Adapted(model, new LoraConfig { Rank = 4, Bias = LoraBias.All });
        var config = PeftMapping.ToPeftConfig(adapter, null, null);
        var tensors = PeftMapping.Tensors(adapter).ToDictionary(each => each.Name, each => each.Tensor);
        foreach (var layer in new[] { "dense", "out_proj" })
            tensors.Add($"base_model.model.classifier.{wrapper}.{layer}.bias", zeros_like(tensors[$"base_model.model.classifier.{layer}.bias"]));
        var expected = Logits(model);
        adapter.Load("b", new PeftAdapter(config, tensors), "file");
        adapter.Activate("b");
        Close.AssertIdentical(expected, Logits(model), "loaded");

        tensors.Remove("base_model.model.classifier.dense.bias");
        var error = Assert.ThrowsExactly<InvalidDataException>(() => adapter.Load("c", new PeftAdapter(config, tensors), "file"));
        StringAssert.Contains(error.Message, "classifier.dense.bias");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AnAdapterTakenOutOfTheBaseIsSavedAsAnOrdinaryOne(bool stabilized)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var adapter = Adapted(model, new LoraConfig
        {
            Rank = 3,
            Alpha = 9,
            Initialization = LoraInitialization.Pissa,
            UseRankStabilizedScaling = stabilized,
            RankPattern = new Dictionary<string, int> { ["query"] = 2 },
            AlphaPattern = new Dictionary<string, double> { ["query"] = 5 },
        });
        adapter.Save("a", folder["a"]);
        var json = Json(folder["a"]);
        Assert.IsTrue(json["init_lora_weights"]!.GetValue<bool>());
        Assert.AreEqual(6, json["r"]!.GetValue<int>());
        Assert.AreEqual(4, json["rank_pattern"]!["query"]!.GetValue<int>());
        var expected = Logits(model);
        adapter.Load("b", folder["a"]);
        Assert.AreEqual(adapter.Layers.First().Value.Adapters["a"].Scaling, adapter.Layers.First().Value.Adapters["b"].Scaling, 1e-12);
        adapter.Activate("b");
        Close.Assert(expected, Logits(model), 1e-5, "loaded");
    }

    [TestMethod]
    [DataRow("pissa")]
    [DataRow("olora")]
    public void AnUnconvertedAdapterIsTakenOutOfTheBaseAgain(string initialization)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        var start = initialization == "pissa" ? LoraInitialization.Pissa : LoraInitialization.Olora;
        using var adapter = Adapted(model, new LoraConfig { Rank = 3, Alpha = 9, Initialization = start });
        adapter.Save("a", folder["converted"]);
        var raw = adapter.Layers.SelectMany(layer => new (string, Tensor)[]
        {
            (PeftKeys.Format(layer.Key, PeftPart.LoraA), layer.Value.Adapters["a"].A), (PeftKeys.Format(layer.Key, PeftPart.LoraB), layer.Value.Adapters["a"].B),
        });
        var head = PeftMapping.Tensors(adapter).Where(each => !each.Name.Contains("lora_"));
        var config = PeftMapping.ToPeftConfig(adapter, null, null) with { Rank = 3, Alpha = 9, InitLoraWeights = initialization };
        PeftAdapterDirectory.Write(folder["raw"], config, raw.Concat(head));
        var expected = Logits(model);
        adapter.Load("b", folder["raw"]);
        adapter.Activate("b");
        Close.Assert(expected, Logits(model), 1e-5, "loaded");
    }

    [TestMethod]
    [DataRow("eva")]
    [DataRow("orthogonal")]
    [DataRow("mica")]
    public void AStartThatLeftTheBaseAloneIsNoMatter(string initialization)
    {
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var adapter = Adapted(model);
        var expected = Logits(model);
        var config = PeftMapping.ToPeftConfig(adapter, null, null) with { InitLoraWeights = initialization };
        adapter.Load("b", new PeftAdapter(config, PeftMapping.Tensors(adapter).ToDictionary(each => each.Name, each => each.Tensor)), "file");
        adapter.Activate("b");
        Close.AssertIdentical(expected, Logits(model), "loaded");
    }

    [TestMethod]
    public void NamesOfOtherFamiliesArePassedOver()
    {
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var adapter = Adapted(model);
        var expected = Logits(model);
        var config = PeftMapping.ToPeftConfig(adapter, null, null) with
        {
            TargetModules = PeftModules.Named("q_lin", "v_lin", "query", "value"),
            ModulesToSave = ["pre_classifier", "classifier", "classifier", "score"],
        };
        adapter.Load("b", new PeftAdapter(config, PeftMapping.Tensors(adapter).ToDictionary(each => each.Name, each => each.Tensor)), "file");
        adapter.Activate("b");
        Close.AssertIdentical(expected, Logits(model), "loaded");
        adapter.ConfigOf("b").Validate();
        CollectionAssert.AreEqual(new[] { "query", "value" }, adapter.ConfigOf("b").TargetModules.Names!.ToArray());
    }

    [TestMethod]
    public void AFileOfAnOlderPeftMayLackTheBiasesOfLoraOnlyButNotSomeOfThem()
    {
        using var scope = NewDisposeScope();
        using var model = Tiny.Classifier();
        using var adapter = Adapted(model, new LoraConfig { Rank = 4, Bias = LoraBias.LoraOnly });
        var tensors = PeftMapping.Tensors(adapter).ToDictionary(each => each.Name, each => each.Tensor.detach().clone());
        var config = PeftMapping.ToPeftConfig(adapter, null, null);
        adapter.Load("without", new PeftAdapter(config, tensors.Where(each => !each.Key.EndsWith("base_layer.bias")).ToDictionary()), "file");
        adapter.Load("plain", new PeftAdapter(config, tensors.ToDictionary(each => each.Key.Replace("base_layer.bias", "bias"), each => each.Value)), "file");
        tensors.Remove(Query0 + "base_layer.bias");
        var error = Assert.ThrowsExactly<InvalidDataException>(() => adapter.Load("some", new PeftAdapter(config, tensors), "file"));
        StringAssert.Contains(error.Message, Query0 + "base_layer.bias");
        Assert.AreEqual(3, adapter.Names.Count);
    }

    [TestMethod]
    public void TargetsThatAFileLeavesOpenAreTheFamilysUsualOnes()
    {
        using var model = Tiny.Classifier();
        var config = PeftMapping.ToLoraConfig(new PeftAdapterConfig { Rank = 1, Alpha = 1 }, model);
        Assert.AreEqual("query, value", config.TargetModules.ToString());
        using var mlp = new Mlp();
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PeftMapping.ToLoraConfig(new PeftAdapterConfig { Rank = 1, Alpha = 1 }, mlp));
        StringAssert.Contains(error.Message, "target_modules");
    }
}
