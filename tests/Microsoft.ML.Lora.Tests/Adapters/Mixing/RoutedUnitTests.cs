using Microsoft.ML.Lora.Adapters;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters.Mixing;

/// <summary>Modules of which adapters have trained copies, in mixed batches: each row gets its own adapter's, and the model is as before afterwards.</summary>
[TestClass]
public class RoutedUnitTests
{
    private static readonly LoraConfig OnBody = new() { Rank = 2, Alpha = 4, TargetModules = ["body"], Initialization = LoraInitialization.None };

    private static TorchSharp.Modules.Sequential Net() =>
        Sequential(("body", Linear(6, 8)), ("head", Sequential(("dense", Linear(8, 8)), ("out", Linear(8, 3)))));

    private static void AddDisturbed(LoraModel adapters, string name, LoraConfig config, Generator generator, int? classes = null)
    {
        adapters.Add(name, config, generator, classes);
        adapters.Activate(name);
        Tiny.DisturbAll(adapters, generator);
    }

    private static void AssertAgrees(Module<Tensor, Tensor> model, LoraModel adapters, Tensor input, params string?[] rows)
    {
        var before = model.call(input);
        var mixed = adapters.ForwardMixed(rows, () => model.call(input));
        Close.AssertIdentical(before, model.call(input), "the active adapter after a mixed pass");
        var active = adapters.Active;
        for (var i = 0; i < rows.Length; i++)
        {
            adapters.Activate(rows[i] is { } name ? [name] : []);
            Close.Assert(model.call(input)[i], mixed[i], 1e-5, $"row {i} ({rows[i] ?? "base"})");
        }

        adapters.Activate(active);
    }

    [TestMethod]
    public void AnAdapterThatIsAddedAfterAMixedPassHasItsOwnHead()
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var adapters = new LoraModel(model);
        var input = randn([3, 6], generator: generator);
        AddDisturbed(adapters, "first", OnBody with { ModulesToSave = ["head"] }, generator);
        AssertAgrees(model, adapters, input, "first", null, "first");
        AddDisturbed(adapters, "added", OnBody with { ModulesToSave = ["head"] }, generator, classes: 5);
        AssertAgrees(model, adapters, input, "added", "first", "added");
        adapters.Save("added", folder["added"]);
        adapters.Load("loaded", folder["added"]);
        AssertAgrees(model, adapters, input, "first", "loaded", null);
    }

    [TestMethod]
    [DataRow("big")]
    [DataRow("small")]
    [DataRow(null)]
    public void AdaptersMayTrainOverlappingParts(string? active)
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([3, 6], generator: generator);
        AddDisturbed(adapters, "big", OnBody with { ModulesToSave = ["head"] }, generator);
        AddDisturbed(adapters, "small", OnBody with { ModulesToSave = ["head.out"] }, generator);
        adapters.Activate(active is null ? [] : [active]);
        AssertAgrees(model, adapters, input, null, null, null);
        AssertAgrees(model, adapters, input, "big", null, "small");
        AssertAgrees(model, adapters, input, "small", "small", "small");
    }

    [TestMethod]
    public void DisabledAdaptersGiveTheBaseWhileRowsAreRoutedToo()
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([2, 6], generator: generator);
        var before = model.call(input);
        AddDisturbed(adapters, "a", OnBody with { ModulesToSave = ["head"] }, generator);
        using var route = adapters.Route(["a", null]);
        using (adapters.Disable()) Close.AssertIdentical(before, model.call(input), "disabled");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TheBiasesOfTargetsMayBeTrainedWithEveryVariant(bool dora)
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([3, 6], generator: generator);
        AddDisturbed(adapters, "first", OnBody with { UseDora = dora, Bias = LoraBias.LoraOnly }, generator);
        AddDisturbed(adapters, "second", OnBody with { UseDora = dora, Bias = LoraBias.All }, generator);
        AssertAgrees(model, adapters, input, "first", "second", null);
        AssertAgrees(model, adapters, input, "first", "first", "first");
    }

    [TestMethod]
    public void OneAdaptersTargetMayBeAnothersModuleToSave()
    {
        using var model = Net();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([3, 6], generator: generator);
        AddDisturbed(adapters, "saves", OnBody with { ModulesToSave = ["head.out"] }, generator);
        AddDisturbed(adapters, "targets", OnBody with { TargetModules = ["out"], UseDora = true }, generator);
        AssertAgrees(model, adapters, input, "saves", "targets", null);
        adapters.Activate("saves");
        AssertAgrees(model, adapters, input, "targets", "saves", "targets");
    }

    [TestMethod]
    public void AModuleThatCannotBeRoutedLeavesNoHookOnAnother()
    {
        using var model = new WithAModuleOfTwoInputs();
        using var generator = new Generator(2);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapters = new LoraModel(model);
        var input = randn([2, 6], generator: generator);
        adapters.Add("unfit", OnBody with { ModulesToSave = ["head", "pair"] }, generator);
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => adapters.Route(["unfit", null])).Message, "pair");
        adapters.Delete("unfit");
        AddDisturbed(adapters, "fit", OnBody with { ModulesToSave = ["head"] }, generator);
        AssertAgrees(model, adapters, input, "fit", "fit");
    }

    private sealed class WithAModuleOfTwoInputs : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> body = Linear(6, 8);
        private readonly Module<Tensor, Tensor> head = Linear(8, 3);
        private readonly Module<Tensor, Tensor, Tensor> pair = new Scaled();

        public WithAModuleOfTwoInputs() : base(nameof(WithAModuleOfTwoInputs)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var output = head.call(body.call(input));
            return pair.call(output, output);
        }
    }

    private sealed class Scaled : Module<Tensor, Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter scale = new(ones(3), requires_grad: true);

        public Scaled() : base(nameof(Scaled))
        {
            scale.DetachFromDisposeScope();
            RegisterComponents();
        }

        public override Tensor forward(Tensor first, Tensor second) => first * scale + second;
    }
}
