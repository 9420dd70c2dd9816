using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>Several adapters on one base: adding, switching, deleting, disabling.</summary>
[TestClass]
public class NamedAdapterTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];

    private static readonly LoraConfig First = new() { Rank = 4, Alpha = 8, ModulesToSave = ["classifier"] };
    private static readonly LoraConfig Second = new() { Rank = 2, Alpha = 8, TargetModules = ["key", "value"], ModulesToSave = ["classifier"], UseDora = true };

    private static Tensor Logits(SequenceClassifier model)
    {
        using var _ = no_grad();
        return model.Logits(Tiny.Batch(Rows));
    }

    private static LoraModel Two(SequenceClassifier model)
    {
        using var generator = new Generator(2);
        var adapters = new LoraModel(model, model.Dropout);
        adapters.Add("first", First, generator);
        adapters.Add("second", Second, generator, classes: 5);
        foreach (var name in adapters.Names)
        {
            adapters.Activate(name);
            Tiny.Disturb(adapters, seed: (ulong)name.Length);
        }

        return adapters;
    }

    [TestMethod]
    public void EachKeepsItsOwnTargetsRankHeadAndClasses()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        var before = Logits(model);
        using var adapters = Two(model);
        CollectionAssert.AreEqual(new[] { "first", "second" }, adapters.Names.ToArray());
        Assert.AreEqual((3L, 5L), (adapters.ClassesOf("first")!.Value, adapters.ClassesOf("second")!.Value));

        var second = Logits(model);
        CollectionAssert.AreEqual(new long[] { 2, 5 }, second.shape);
        adapters.Activate("first");
        var first = Logits(model);
        CollectionAssert.AreEqual(new long[] { 2, 3 }, first.shape);
        Assert.IsGreaterThan(1e-4f, (first - before).abs().max().item<float>());
        adapters.Activate("second");
        Close.AssertIdentical(second, Logits(model), "second again");
        adapters.Activate();
        Close.AssertIdentical(before, Logits(model), "none");
        Assert.HasCount(0, adapters.TrainableParameters());

        adapters.Activate("first");
        adapters.Delete("second");
        Close.AssertIdentical(first, Logits(model), "the other is deleted");
        Assert.AreEqual(4, adapters.Layers.Count, "key is a plain layer again");
        adapters.Delete("first");
        Close.AssertIdentical(before, Logits(model), "all are deleted");
        Assert.AreEqual(0, adapters.Layers.Count);
        Assert.IsFalse(model.named_parameters().Any(p => p.name.Contains("lora") || p.name.Contains("base_layer")));
    }

    [TestMethod]
    public void OnlyTheActiveOneIsTrained()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        using var adapters = Two(model);
        adapters.Activate("first");
        var trained = model.named_parameters().Where(p => p.parameter.requires_grad).Select(p => p.name).ToList();
        Assert.HasCount(4 * 2 + 4, trained);
        Assert.IsTrue(trained.All(name => name.Contains("lora.first.") || name.StartsWith("classifier.")), string.Join(" ", trained));
        Assert.HasCount(trained.Count, adapters.TrainableParameters());
    }

    [TestMethod]
    public void TrainingOneLeavesTheOthersAndTheBaseBitForBit()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        var before = Logits(model);
        using var adapters = Two(model);
        var second = Logits(model);
        adapters.Activate("first");
        var first = Logits(model);

        using var optimizer = new Microsoft.ML.Lora.Training.Optimizer(adapters.ParameterGroups(), 0.01, 1);
        var labels = tensor(new long[] { 2, 0 });
        for (var step = 0; step < 5; step++) optimizer.Step(functional.cross_entropy(model.Logits(Tiny.Batch(Rows)), labels), 0.05);
        var trained = Logits(model);
        Assert.IsGreaterThan(1e-4f, (trained - first).abs().max().item<float>());

        adapters.Activate("second");
        Close.AssertIdentical(second, Logits(model), "second");
        adapters.Activate();
        Close.AssertIdentical(before, Logits(model), "base");
        adapters.Activate("first");
        Close.AssertIdentical(trained, Logits(model), "first");
    }

    [TestMethod]
    public void ActiveTogetherTheyAddUp()
    {
        using var model = Sequential(("a", Linear(4, 3)));
        using var generator = new Generator(1);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        foreach (var name in new[] { "x", "y" })
        {
            adapters.Add(name, new LoraConfig { Rank = 2, TargetModules = ["a"], Initialization = LoraInitialization.None }, generator);
        }

        var input = randn([5, 4], generator: generator);
        Tensor With(params string[] names)
        {
            adapters.Activate(names);
            return model.call(input);
        }

        var (none, x, y) = (With(), With("x"), With("y"));
        Close.Assert(x + y - none, With("x", "y"), 1e-5, "both");
        adapters.Merge();
        Close.Assert(x + y - none, model.call(input), 1e-5, "both merged");
        CollectionAssert.AreEqual(new[] { "x", "y" }, adapters.Merged.ToArray());
    }

    [TestMethod]
    public void DisablingInAScopeGivesTheBase()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        var before = Logits(model);
        using var adapters = Two(model);
        adapters.Activate("first");
        var adapted = Logits(model);
        using (adapters.Disable())
        {
            Close.AssertIdentical(before, Logits(model), "disabled");
            using (adapters.Disable()) { }
            Close.AssertIdentical(before, Logits(model), "still disabled");
        }

        Close.AssertIdentical(adapted, Logits(model), "enabled");
        adapters.Merge();
        var merged = Logits(model);
        using (adapters.Disable()) Close.AssertIdentical(before, Logits(model), "disabled while merged");
        Close.AssertIdentical(merged, Logits(model), "merged again");
    }

    [TestMethod]
    public void AMergedAdapterMayBeDeletedWhileDisabled()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        using var adapters = Two(model);
        adapters.Activate("second");
        var second = Logits(model);
        adapters.Activate("second", "first");
        adapters.Merge();
        using (adapters.Disable()) adapters.Delete("first");
        CollectionAssert.AreEqual(new[] { "second" }, adapters.Merged.ToArray());
        Close.Assert(second, Logits(model), 1e-5, "the other one is merged again");
        using (adapters.Disable()) adapters.Delete("second");
        Assert.AreEqual(0, adapters.Merged.Count);
    }

    [TestMethod]
    public void WhileMergedNothingElseCanBeDone()
    {
        using var model = Tiny.Classifier();
        using var adapters = Two(model);
        adapters.Merge();
        using var generator = new Generator(1);
        Assert.ThrowsExactly<InvalidOperationException>(() => adapters.Activate("first"));
        Assert.ThrowsExactly<InvalidOperationException>(() => adapters.Delete("first"));
        Assert.ThrowsExactly<InvalidOperationException>(() => adapters.Add("third", First, generator));
        Assert.ThrowsExactly<InvalidOperationException>(() => adapters.Merge("first"));
        Assert.ThrowsExactly<InvalidOperationException>(() => adapters.Route(["first"]));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => adapters.Activate("first")).Message, "Unmerge");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("a.b")]
    [DataRow("../a")]
    [DataRow("a/b")]
    [DataRow("first")]
    public void UnfitNamesAreRefused(string name)
    {
        using var model = Tiny.Classifier();
        using var adapters = Two(model);
        using var generator = new Generator(1);
        Assert.Throws<ArgumentException>(() => adapters.Add(name, First, generator));
        Assert.AreEqual(2, adapters.Names.Count);
    }

    [TestMethod]
    public void AnUnknownNameIsReportedWithTheNearest()
    {
        using var model = Tiny.Classifier();
        using var adapters = Two(model);
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => adapters.Activate("frist")).Message, "Did you mean first?");
    }

    [TestMethod]
    public void AFailedAdditionChangesNothing()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(1);
        using var adapters = new LoraModel(model, model.Dropout);
        var names = model.named_parameters().Select(p => p.name).ToList();
        Assert.Throws<ArgumentException>(() => adapters.Add("a", First with { Rank = 17 }, generator));
        Assert.Throws<ArgumentException>(() => adapters.Add("a", First with { ModulesToSave = ["klassifier"] }, generator));
        Assert.Throws<ArgumentException>(() => adapters.Add("a", First with { RankPattern = new Dictionary<string, int> { ["value"] = 17 } }, generator));
        CollectionAssert.AreEqual(names, model.named_parameters().Select(p => p.name).ToList());
        Assert.AreEqual(0, adapters.Names.Count);
        adapters.Add("a", First, generator);
        Assert.AreEqual("a", adapters.Active.Single());
    }

    [TestMethod]
    public void UnloadingRestoresWhatWasTrainable()
    {
        using var model = new Mlp();
        model.get_parameter("seq.4.bias")!.requires_grad = false;
        using var generator = new Generator(1);
        using var adapters = new LoraModel(model);
        adapters.Add("a", new LoraConfig { TargetModules = ["seq.0"], ModulesToSave = ["seq.4"] }, generator);
        Assert.AreSame(model, adapters.MergeAndUnload());
        CollectionAssert.AreEqual(
            new[] { "seq.0.weight", "seq.0.bias", "seq.2.weight", "seq.2.bias", "seq.4.weight" },
            model.named_parameters().Where(p => p.parameter.requires_grad).Select(p => p.name).ToArray());
    }

    [TestMethod]
    public void SwitchingLeavesNoTensorBehind()
    {
        using var model = Tiny.Classifier();
        using var adapters = Two(model);
        adapters.Activate("first");
        var before = LiveTensors.Settled();
        for (var i = 0; i < 3; i++)
        {
            adapters.Activate("second");
            using (adapters.Disable()) { }
            adapters.Merge();
            adapters.Unmerge();
            adapters.Activate();
            adapters.Activate("first");
        }

        Assert.AreEqual(before, LiveTensors.Count);
    }
}
