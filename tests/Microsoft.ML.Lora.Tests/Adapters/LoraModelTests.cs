using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters;

[TestClass]
public class LoraModelTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];

    [TestMethod]
    public void TheStartIsTheBaseModelBitForBit()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var before = model.Logits(Tiny.Batch(Rows));
        Tiny.Adapt(model);
        Close.AssertIdentical(before, model.Logits(Tiny.Batch(Rows)), "logits");
    }

    [TestMethod]
    public void TheForwardPassIsTheFormula()
    {
        using var model = Tiny.Classifier();
        var adapter = Tiny.Adapt(model, new LoraConfig { Rank = 2, Alpha = 6 });
        Tiny.Disturb(adapter);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (path, layer) = adapter.Layers.First();
        Assert.AreEqual("roberta.encoder.layer.0.attention.self.query", path);
        var w = model.get_parameter(path + ".base_layer.weight")!;
        var b = model.get_parameter(path + ".base_layer.bias")!;
        using var generator = new Generator(9);
        var x = randn([3, 16], generator: generator);
        var expected = matmul(x, w.t()) + b + matmul(matmul(x, layer.Adapters[LoraModel.DefaultName].A.t()), layer.Adapters[LoraModel.DefaultName].B.t()) * 3;
        Close.Assert(expected, layer.call(x), 1e-5, "h");
        Assert.IsTrue((layer.call(x) - functional.linear(x, w, b)).abs().max().item<float>() > 0.1, "the adapter must matter");
    }

    [TestMethod]
    public void GradientsAgreeWithDifferences()
    {
        using var model = Tiny.Classifier();
        var adapter = Tiny.Adapt(model);
        Tiny.Disturb(adapter);
        using var scope = NewDisposeScope();
        var labels = tensor(new long[] { 2, 0 });
        double Loss() => functional.cross_entropy(model.Logits(Tiny.Batch(Rows)), labels).item<float>();
        functional.cross_entropy(model.Logits(Tiny.Batch(Rows)), labels).backward();

        foreach (var (name, parameter) in adapter.TrainableParameters())
        {
            var gradient = parameter.grad!.reshape(-1);
            var at = gradient.abs().argmax().item<long>();
            const float h = 1e-2f;
            double Moved(float by)
            {
                using var _ = no_grad();
                parameter.view(-1)[at] = parameter.view(-1)[at] + by;
                var loss = Loss();
                parameter.view(-1)[at] = parameter.view(-1)[at] - by;
                return loss;
            }

            var numeric = (Moved(h) - Moved(-h)) / (2 * h);
            var analytic = gradient[at].item<float>();
            Assert.AreEqual(numeric, analytic, 1e-4 + 0.02 * Math.Abs(numeric), name);
            Assert.AreNotEqual(0f, analytic, name);
        }
    }

    [TestMethod]
    public void MergingKeepsTheResultAndUnmergingRestoresTheWeightBitForBit()
    {
        using var model = Tiny.Classifier();
        var adapter = Tiny.Adapt(model);
        Tiny.Disturb(adapter);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        const string path = "roberta.encoder.layer.1.attention.self.value.base_layer.weight";
        var weight = model.get_parameter(path)!.clone();
        var unmerged = model.Logits(Tiny.Batch(Rows));

        adapter.Merge();
        adapter.Merge();
        Close.Assert(unmerged, model.Logits(Tiny.Batch(Rows)), 1e-5, "merged");
        Assert.IsFalse(weight.Equals(model.get_parameter(path)!), "merging changes the weight");

        adapter.Unmerge();
        Close.AssertIdentical(weight, model.get_parameter(path)!, path);
        Close.AssertIdentical(unmerged, model.Logits(Tiny.Batch(Rows)), "unmerged");
    }

    [TestMethod]
    public void AfterMergingNoOperatorRunsThatThePlainBaseDoesNotRun()
    {
        using var plain = Tiny.Classifier();
        using var model = Tiny.Classifier();
        var adapter = Tiny.Adapt(model);
        var (operators, besideTheBase) = (TensorsMade(plain), TensorsMade(model));
        adapter.Merge();
        Assert.AreEqual(operators, TensorsMade(model));
        Assert.IsGreaterThan(operators, besideTheBase, "an adapter beside the base must show in this count");
    }

    // Each operator makes at least one tensor.
    private static long TensorsMade(SequenceClassifier model)
    {
        static long Made() => DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = Tiny.Batch(Rows);
        var before = Made();
        model.Logits(batch);
        return Made() - before;
    }

    [TestMethod]
    public void OnlyTheAdapterAndTheHeadAreTrainable()
    {
        using var model = Tiny.Classifier();
        Tiny.Adapt(model);
        var trainable = model.named_parameters().Where(p => p.parameter.requires_grad).Select(p => p.name).ToList();
        Assert.IsTrue(trainable.All(name => name.Contains("lora_") || name.StartsWith("classifier.")), string.Join(", ", trainable));
        Assert.AreEqual(2 * 2 * 2 + 4, trainable.Count);
    }

    [TestMethod]
    public void RobertaBaseHasTheParametersThatPeftCounts()
    {
        var configuration = new EncoderConfiguration
        {
            ModelType = "roberta",
            VocabularySize = 50265,
            HiddenSize = 768,
            Layers = 12,
            Heads = 12,
            IntermediateSize = 3072,
            MaxPositions = 514,
        };
        using var model = Tiny.Classifier(classes: 2, configuration: configuration);
        Assert.AreEqual(124_647_170, model.parameters().Sum(p => p.numel()));
        var adapter = Tiny.Adapt(model, new LoraConfig { Rank = 8, Alpha = 16 });
        Assert.AreEqual(new ParameterSummary(887_042, 125_534_212), adapter.Summary());
        Assert.AreEqual("trainable params: 887,042 || all params: 125,534,212 || trainable%: 0.7066", adapter.Summary().ToString());
    }

    [TestMethod]
    public void NativeLinearLayersAreAdaptedToo()
    {
        using var model = new TwoLayers();
        using var generator = new Generator(1);
        using var dropout = new Microsoft.ML.Lora.Backbones.Layers.DropoutSource();
        using var scope = NewDisposeScope();
        var x = randn([3, 6], generator: generator);
        var before = model.call(x).detach();
        var adapter = LoraModel.Inject(model, new LoraConfig { Rank = 2, Alpha = 2, TargetModules = ["first"], ModulesToSave = ["second"] }, dropout, generator);
        Close.AssertIdentical(before, model.call(x).detach(), "start");
        Tiny.Disturb(adapter);
        var changed = model.call(x).detach();
        Assert.AreNotEqual(before.sum().item<float>(), changed.sum().item<float>());
        adapter.Merge();
        Close.Assert(changed, model.call(x).detach(), 1e-5, "merged");
        adapter.Unmerge();
        Close.AssertIdentical(changed, model.call(x).detach(), "unmerged");
    }

    private sealed class TwoLayers : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> first = Linear(6, 5);
        private readonly Module<Tensor, Tensor> second = Linear(5, 2);

        public TwoLayers() : base(nameof(TwoLayers)) => RegisterComponents();

        public override Tensor forward(Tensor input) => second.call(first.call(input));
    }
}
