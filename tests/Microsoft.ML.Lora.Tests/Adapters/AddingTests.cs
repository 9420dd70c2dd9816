using Microsoft.ML.Lora.Adapters;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>Adding an adapter to a model that has others: it starts at the base, and where it cannot be added nothing is changed.</summary>
[TestClass]
public class AddingTests
{
    private static readonly LoraConfig OnBody = new() { Rank = 2, Alpha = 4, TargetModules = ["body"] };
    private static readonly LoraConfig OnOutput = OnBody with { TargetModules = ["output"] };

    private static TorchSharp.Modules.Sequential Net() => Sequential(("body", Linear(6, 8)), ("output", Linear(8, 3)));

    [TestMethod]
    [DataRow(LoraInitialization.Kaiming, false)]
    [DataRow(LoraInitialization.Kaiming, true)]
    [DataRow(LoraInitialization.Pissa, false)]
    [DataRow(LoraInitialization.Olora, false)]
    public void ATargetThatTheActiveAdapterSavesStartsAtTheBase(LoraInitialization initialization, bool dora)
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([2, 6], generator: generator);
        var before = model.call(input);
        adapters.Add("saves", OnBody with { ModulesToSave = ["output"] }, generator, classes: 5);
        Tiny.DisturbAll(adapters, generator);
        var saves = model.call(input);
        adapters.Add("targets", OnOutput with { Initialization = initialization, UseDora = dora }, generator);
        Close.AssertIdentical(saves, model.call(input), "the active one still counts");
        Assert.IsTrue(adapters.SavedParameters.All(each => each.Parameter.requires_grad));
        CollectionAssert.AreEqual(new long[] { 3, 2 }, adapters.Layers["output"].Adapters["targets"].B.shape);
        adapters.Activate("targets");
        Close.Assert(before, model.call(input), 1e-5, "start");
    }

    [TestMethod]
    public void AnAdapterAddedWhileDisabledLeavesTheBaseShown()
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([2, 6], generator: generator);
        var before = model.call(input);
        adapters.Add("saves", OnBody with { ModulesToSave = ["output"] }, generator);
        Tiny.DisturbAll(adapters, generator);
        using (adapters.Disable())
        {
            adapters.Add("targets", OnOutput, generator);
            Assert.Throws<ArgumentException>(() => adapters.Add("failed", OnOutput with { Rank = 4 }, generator));
            Close.AssertIdentical(before, model.call(input), "disabled");
        }
    }

    [TestMethod]
    [DataRow(5, false, "no head")]
    [DataRow(0, true, "classes")]
    public void AFailedAdditionWithClassesChangesNothing(int classes, bool savesHead, string message)
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([2, 6], generator: generator);
        var before = model.call(input);
        var names = model.named_parameters().Select(each => each.name).ToList();
        var config = savesHead ? OnBody with { ModulesToSave = ["output"] } : OnBody;
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => adapters.Add("a", config, generator, classes)).Message, message);
        Assert.AreEqual((0, 0, 0), (adapters.Names.Count, adapters.Active.Count, adapters.Layers.Count));
        CollectionAssert.AreEqual(names, model.named_parameters().Select(each => each.name).ToList());
        Assert.IsFalse(model.parameters().Any(each => each.requires_grad));
        Close.AssertIdentical(before, model.call(input), "the base");
        adapters.Add("a", config, generator);
    }
}
