using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters.Targeting;

/// <summary>Adapters take a module's place wherever its parent keeps it.</summary>
[TestClass]
public class ModuleReplacementTests
{
    private static LoraModel Adapt(Module model, ModuleSelection targets)
    {
        using var generator = new Generator(1);
        var adapter = new LoraModel(model);
        adapter.Add("a", new LoraConfig { Rank = 2, TargetModules = targets }, generator);
        Tiny.Disturb(adapter);
        return adapter;
    }

    public static IEnumerable<object[]> Parents => [[nameof(InSequential)], [nameof(InList)], [nameof(InDictionary)], [nameof(InArray)], [nameof(InBaseClass)], [nameof(InProperty)]];

    [TestMethod]
    [DynamicData(nameof(Parents))]
    public void TheAdapterCountsAndTheOrderStays(string kind)
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = kind switch
        {
            nameof(InSequential) => new InSequential(),
            nameof(InList) => new InList(),
            nameof(InDictionary) => new InDictionary(),
            nameof(InArray) => new InArray(),
            nameof(InBaseClass) => new InBaseClass(),
            _ => new InProperty(),
        };
        var names = model.named_parameters().Select(p => p.name).ToList();
        var x = ones(2, 4);
        var before = model.call(x).detach();
        var first = model.named_modules().First(m => m.module is Linear).name;

        using var adapter = Adapt(model, [first]);
        Assert.IsInstanceOfType<LoraLayer>(adapter.Layers[first]);
        var changed = model.call(x).detach();
        Assert.IsGreaterThan(1e-3f, (changed - before).abs().max().item<float>());
        var adapted = model.named_parameters().Select(p => p.name).Where(name => !name.Contains("lora")).Select(name => name.Replace(".base_layer", ""));
        CollectionAssert.AreEqual(names, adapted.ToList());

        adapter.Merge();
        Close.Assert(changed, model.call(x).detach(), 1e-5, "merged");
        adapter.Unload();
        Close.AssertIdentical(before, model.call(x).detach(), "unloaded");
        CollectionAssert.AreEqual(names, model.named_parameters().Select(p => p.name).ToList());
    }

    [TestMethod]
    public void AFieldThatCannotHoldAnAdapterIsNamedAndNothingChanges()
    {
        using var model = new TooNarrow();
        var error = Assert.ThrowsExactly<NotSupportedException>(() => Adapt(model, ["open", "narrow"]));
        StringAssert.Contains(error.Message, "TooNarrow.narrow");
        StringAssert.Contains(error.Message, "Module<Tensor, Tensor>");
        Assert.IsFalse(model.named_modules().Any(module => module.module is LoraLayer));
        CollectionAssert.AreEqual(new[] { "open.weight", "open.bias", "narrow.weight", "narrow.bias" }, model.named_parameters().Select(p => p.name).ToArray());
    }

    [TestMethod]
    public void AModuleThatIsOnlyRegisteredIsReported()
    {
        using var model = new Unreachable();
        var error = Assert.ThrowsExactly<NotSupportedException>(() => Adapt(model, ["hidden"]));
        StringAssert.Contains(error.Message, "field");
    }

    [TestMethod]
    public void ConvolutionsWithGroupsAreRefused()
    {
        using var model = Sequential(("conv", Conv1d(4, 6, 3, groups: 2)));
        var error = Assert.ThrowsExactly<NotSupportedException>(() => Adapt(model, ["conv"]));
        StringAssert.Contains(error.Message, "one group");
    }

    private sealed class InSequential : Module<Tensor, Tensor>
    {
        private readonly Sequential seq = Sequential(("first", Linear(4, 4)), ("then", ReLU()), ("last", Linear(4, 4)));

        public InSequential() : base(nameof(InSequential)) => RegisterComponents();

        public override Tensor forward(Tensor input) => seq.call(input);
    }

    private sealed class InList : Module<Tensor, Tensor>
    {
        private readonly ModuleList<Module<Tensor, Tensor>> list = ModuleList<Module<Tensor, Tensor>>(Linear(4, 4), Linear(4, 4));

        public InList() : base(nameof(InList)) => RegisterComponents();

        public override Tensor forward(Tensor input) => list.Aggregate(input, (x, layer) => layer.call(x));
    }

    private sealed class InDictionary : Module<Tensor, Tensor>
    {
        private readonly ModuleDict<Module<Tensor, Tensor>> dict = ModuleDict<Module<Tensor, Tensor>>(("one", Linear(4, 4)), ("two", Linear(4, 4)));

        public InDictionary() : base(nameof(InDictionary)) => RegisterComponents();

        public override Tensor forward(Tensor input) => dict["two"].call(dict["one"].call(input));
    }

    private sealed class InArray : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor>[] layers = [Linear(4, 4), Linear(4, 4)];

        public InArray() : base(nameof(InArray))
        {
            register_module("a", layers[0]);
            register_module("b", layers[1]);
        }

        public override Tensor forward(Tensor input) => layers[1].call(layers[0].call(input));
    }

    private abstract class Holder(string name) : Module<Tensor, Tensor>(name)
    {
        protected Module<Tensor, Tensor> inner = Linear(4, 4);
        protected Module<Tensor, Tensor> outer = Linear(4, 4);
    }

    private sealed class InBaseClass : Holder
    {
        public InBaseClass() : base(nameof(InBaseClass)) => RegisterComponents();

        public override Tensor forward(Tensor input) => outer.call(inner.call(input));
    }

    private sealed class InProperty : Module<Tensor, Tensor>
    {
        public InProperty() : base(nameof(InProperty))
        {
            register_module("one", One);
            register_module("two", Two);
        }

        public Module<Tensor, Tensor> One { get; } = Linear(4, 4);
        public Module<Tensor, Tensor> Two { get; } = Linear(4, 4);

        public override Tensor forward(Tensor input) => Two.call(One.call(input));
    }

    private sealed class TooNarrow : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> open = Linear(4, 4);
        private readonly Linear narrow = Linear(4, 4);

        public TooNarrow() : base(nameof(TooNarrow)) => RegisterComponents();

        public override Tensor forward(Tensor input) => narrow.call(open.call(input));
    }

    private sealed class Unreachable : Module
    {
        public Unreachable() : base(nameof(Unreachable)) => register_module("hidden", Linear(4, 4));
    }
}
