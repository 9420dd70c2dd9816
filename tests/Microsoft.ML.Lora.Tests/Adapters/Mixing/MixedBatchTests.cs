using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Tests.Adapters.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters.Mixing;

/// <summary>One forward pass whose rows use different adapters gives what scoring the rows one by one gives.</summary>
[TestClass]
public class MixedBatchTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2], [0, 7, 7, 2], [0, 11, 2], [0, 12, 13, 14, 15, 16, 2], [0, 21, 2]];
    private static readonly string?[] Mixed = ["plain", "wide", null, "plain", "other", "wide"];

    private static long[] Lengths(int[][] rows) => [.. rows.Select(row => (long)row.Length)];

    private static LoraModel Adapters(SequenceClassifier model, Func<LoraConfig, LoraConfig>? change = null)
    {
        using var generator = new Generator(2);
        var adapters = new LoraModel(model, model.Dropout);
        var plain = new LoraConfig { Rank = 2, Alpha = 4, ModulesToSave = ["classifier"] };
        void Add(string name, LoraConfig config, int classes)
        {
            adapters.Add(name, change is null ? config : change(config), generator, classes);
            adapters.Activate(name);
            Tiny.Disturb(adapters, seed: (ulong)classes);
        }

        Add("plain", plain, 3);
        Add("wide", plain with { Rank = 5, TargetModules = ["key", "value", "dense"] }, 6);
        Add("other", plain with { TargetModules = ["query", "word_embeddings", "position_embeddings"], Initialization = LoraInitialization.Pissa }, 2);
        return adapters;
    }

    private static void AssertAgrees(SequenceClassifier model, LoraModel adapters, string?[] rows, int[][] batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var mixed = adapters.ForwardMixed(rows, () => model.Logits(Tiny.Batch(batch)), Lengths(batch));
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] is { } name) adapters.Activate(name);
            else adapters.Activate();
            Close.Assert(model.Logits(Tiny.Batch(batch[i]))[0], mixed[i], 1e-5, $"row {i} ({rows[i] ?? "base"})");
        }
    }

    [TestMethod]
    public void RanksTargetsAndHeadsMayDiffer()
    {
        using var model = Tiny.Classifier(classes: 4);
        using var adapters = Adapters(model);
        adapters.Activate("wide");
        AssertAgrees(model, adapters, Mixed, Rows);
        adapters.Activate();
        AssertAgrees(model, adapters, [.. Mixed.Reverse()], Rows);
    }

    [TestMethod]
    public void VariantsAndTrainedNormalisationsBiasesAndEmbeddingsMayDifferToo()
    {
        using var model = Tiny.Classifier(classes: 4);
        using var adapters = Adapters(model, config => config.Rank == 5 ? config with { UseDora = true, TrainLayerNorms = true } : config with { TrainBiases = true, TrainEmbeddings = true });
        using (no_grad())
        {
            using var generator = new Generator(8);
            foreach (var name in adapters.Names)
            {
                adapters.Activate(name);
                foreach (var (_, parameter) in adapters.SavedParameters)
                {
                    using var noise = empty_like(parameter).normal_(0, 0.1, generator);
                    parameter.add_(noise);
                }
            }
        }

        AssertAgrees(model, adapters, Mixed, Rows);
        AssertAgrees(model, adapters, Mixed, [.. Rows.Select(_ => new[] { 0, 8, 9, 2 })]);
    }

    [TestMethod]
    [DataRow("plain")]
    [DataRow(null)]
    public void AllRowsMayUseTheSame(string? adapter)
    {
        using var model = Tiny.Classifier(classes: 4);
        using var adapters = Adapters(model);
        AssertAgrees(model, adapters, [.. Rows.Select(_ => adapter)], Rows);
    }

    [TestMethod]
    [DataRow("Conv2d")]
    [DataRow("Conv1d")]
    [DataRow("Embedding")]
    [DataRow("TransposedLinear")]
    [DataRow("Linear")]
    public void EveryKindOfLayerIsRouted(string kind)
    {
        using var model = OneLayer.Of(kind);
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        foreach (var name in new[] { "a", "b" })
            adapters.Add(name, new LoraConfig { Rank = 2, TargetModules = ["layer"], Initialization = LoraInitialization.None }, generator);
        var mixed = adapters.ForwardMixed(["b", "a"], () => model.call(model.Input));
        foreach (var (row, name) in new[] { (0, "b"), (1, "a") })
        {
            adapters.Activate(name);
            Close.Assert(model.call(model.Input)[row], mixed[row], 1e-5, $"{name}");
        }
    }

    [TestMethod]
    public void RowsMayStandPackedWithoutPadding()
    {
        using var model = OneLayer.Of("Linear");
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        foreach (var name in new[] { "a", "b" })
            adapters.Add(name, new LoraConfig { Rank = 2, TargetModules = ["layer"], Initialization = LoraInitialization.None }, generator);
        var packed = randn([5, 7], generator: generator);
        Tensor mixed;
        using (adapters.Route(["a", "b"], [2, 3])) mixed = model.call(packed);
        adapters.Activate("a");
        Close.Assert(model.call(packed.narrow(0, 0, 2)), mixed.narrow(0, 0, 2), 1e-5, "a");
        adapters.Activate("b");
        Close.Assert(model.call(packed.narrow(0, 2, 3)), mixed.narrow(0, 2, 3), 1e-5, "b");
    }

    [TestMethod]
    public void LowRankWeightsCanBeTrainedInAMixedBatch()
    {
        using var model = OneLayer.Of("Linear");
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var adapters = new LoraModel(model);
        foreach (var name in new[] { "a", "b" })
            adapters.Add(name, new LoraConfig { Rank = 2, TargetModules = ["layer"], Initialization = LoraInitialization.None }, generator);
        adapters.Activate("a", "b");
        var input = randn([2, 7], generator: generator);
        using (adapters.Route(["a", "b"])) model.call(input).sum().backward();
        var mixed = adapters.TrainableParameters().Select(p => p.Parameter.grad!.clone()).ToList();
        foreach (var (_, parameter) in adapters.TrainableParameters()) parameter.grad = null;
        adapters.Activate("a");
        model.call(input.narrow(0, 0, 1)).sum().backward();
        adapters.Activate("b");
        model.call(input.narrow(0, 1, 1)).sum().backward();
        adapters.Activate("a", "b");
        foreach (var (expected, actual) in adapters.TrainableParameters().Select(p => p.Parameter.grad!).Zip(mixed)) Close.Assert(expected, actual, 1e-5, "gradient");
    }

    [TestMethod]
    public void TheLogitsOfNarrowHeadsArePaddedSoThatASoftmaxIgnoresIt()
    {
        using var model = Tiny.Classifier(classes: 4);
        using var adapters = Adapters(model);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var route = adapters.Route(Mixed, Lengths(Rows));
        var logits = model.Logits(Tiny.Batch(Rows));
        CollectionAssert.AreEqual(new long[] { 6, 6 }, logits.shape);
        Assert.AreEqual(0f, logits.softmax(-1)[0, 3].item<float>());
        Assert.AreEqual(float.NegativeInfinity, logits[4, 2].item<float>());
    }

    [TestMethod]
    public void BadRowsAreRefused()
    {
        using var model = Tiny.Classifier();
        using var adapters = Adapters(model);
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => adapters.Route([]));
        Assert.Throws<ArgumentException>(() => adapters.Route(["plain"], [1, 2]));
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => adapters.Route(["plane"])).Message, "Did you mean plain?");
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => adapters.ForwardMixed(["plain", "wide"], () => model.Logits(Tiny.Batch(Rows))));
        StringAssert.Contains(error.Message, "2 rows");
        Assert.HasCount(2, functional.softmax(model.Logits(Tiny.Batch(Rows)), -1).shape, "the routing has ended");
    }

    [TestMethod]
    public void NothingIsLeftBehind()
    {
        using var model = Tiny.Classifier(classes: 4);
        using var adapters = Adapters(model);
        void Score()
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            adapters.ForwardMixed(Mixed, () => model.Logits(Tiny.Batch(Rows)), Lengths(Rows));
        }

        Score();
        var before = LiveTensors.Settled();
        Score();
        Assert.AreEqual(before, LiveTensors.Count);
    }
}
