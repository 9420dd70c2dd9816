using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters.Methods;

/// <summary>The ways of fine-tuning behind one interface.</summary>
[TestClass]
public class FineTuningMethodTests
{
    private static readonly int[][] Rows = [[0, 5, 9, 17, 2], [0, 30, 2]];

    private static IFineTuningMethod Create(string method, SequenceClassifier model)
    {
        using var generator = new Generator(2);
        return method switch
        {
            "full" => TrainedInPlace.Full(model),
            "BitFit" => TrainedInPlace.BitFit(model, model.HeadModules),
            "head only" => TrainedInPlace.HeadOnly(model, model.HeadModules),
            "Houlsby" => new HoulsbyAdapters(model, 4, model.HeadModules, generator),
            _ => LoraModel.Inject(model, new LoraConfig { Rank = 4, ModulesToSave = model.HeadModules }, model.Dropout, generator),
        };
    }

    [TestMethod]
    [DataRow("full", 41)]
    [DataRow("BitFit", 2 * 8 + 1 + 4)]
    [DataRow("head only", 4)]
    [DataRow("Houlsby", 2 * 2 * 4 + 2 * 5 + 4)]
    [DataRow("LoRA", 2 * 2 * 2 + 4)]
    public void OnlyItsParametersAreTrained(string method, int parameters)
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        var before = model.Logits(Tiny.Batch(Rows)).detach();
        using var trained = Create(method, model);
        Assert.AreEqual(method, trained.Name);
        Assert.HasCount(parameters, trained.TrainableParameters());
        Assert.AreEqual(parameters, trained.ParameterGroups().Sum(group => group.Parameters.Count));
        Assert.AreEqual(trained.TrainableParameters().Sum(p => p.Parameter.numel()), trained.Summary().Trainable);
        Assert.AreEqual(parameters, model.parameters().Count(p => p.requires_grad));
        Close.AssertIdentical(before, model.Logits(Tiny.Batch(Rows)).detach(), "start");

        using var optimizer = new Optimizer(trained.ParameterGroups(), 0, 0);
        var values = model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        var labels = tensor(new long[] { 2, 0 });
        var losses = new List<float>();
        for (var step = 0; step < 20; step++)
        {
            var loss = functional.cross_entropy(model.Logits(Tiny.Batch(Rows)), labels);
            losses.Add(loss.item<float>());
            optimizer.Step(loss, 0.02);
        }

        Assert.IsLessThan(losses[0], losses[^1]);
        foreach (var (name, parameter) in model.named_parameters())
            if (!parameter.requires_grad) Close.AssertIdentical(values[name], parameter, name);
    }

    [TestMethod]
    public void ABottleneckIsTheFormulaAndItsGradientsAgreeWithDifferences()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        using var adapters = new HoulsbyAdapters(model, 4, model.HeadModules, generator);
        using var scope = NewDisposeScope();
        var layer = adapters.Layers["roberta.encoder.layer.1.output.dense"];
        var p = layer.Trainable.ToDictionary(each => each.Name, each => each.Parameter);
        using (no_grad())
            foreach (var parameter in p.Values) parameter.normal_(0, 0.3, generator);
        var x = randn([3, 24], generator: generator);
        Tensor Written()
        {
            var y = layer.BaseLayer.call(x).@double();
            var inner = functional.gelu(y.matmul(p["down_weight"].@double().t()) + p["down_bias"].@double());
            return y + inner.matmul(p["up_weight"].@double().t()) + p["up_bias"].@double();
        }

        Close.Assert(Written().@float(), layer.call(x), 1e-5, "h");
        var direction = randn([3, 16], generator: generator);
        (layer.call(x) * direction).sum().backward();
        foreach (var (name, parameter) in p)
        {
            var gradient = parameter.grad!.reshape(-1)[1].item<float>();
            using var _ = no_grad();
            double At(float by)
            {
                parameter.view(-1)[1] = parameter.view(-1)[1] + by;
                var loss = (Written() * direction.@double()).sum().item<double>();
                parameter.view(-1)[1] = parameter.view(-1)[1] - by;
                return loss;
            }

            Assert.AreEqual((At(1f / 256) - At(-1f / 256)) * 128, gradient, 2e-3, name);
        }
    }

    [TestMethod]
    public void BottlenecksHaveTheSizeOfThePaper()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        const int d = 16, m = 4;
        using var adapters = new HoulsbyAdapters(model, m, model.HeadModules, generator);
        Assert.HasCount(4, adapters.Layers);
        foreach (var layer in adapters.Layers.Values) Assert.AreEqual(2 * m * d + d + m, layer.Trainable.Sum(each => each.Parameter.numel()));
    }

    [TestMethod]
    public void TheTrainerTakesAnyOfThem()
    {
        foreach (var method in new[] { "full", "BitFit", "Houlsby" })
        {
            using var model = Tiny.Classifier();
            using var trained = Create(method, model);
            TokenizedRow[] rows = [.. Enumerable.Range(0, 30).Select(i => new TokenizedRow(Tiny.Text([0, 10 + i % 7, 5 + i % 3, 2]), i % 3))];
            var losses = new List<double>();
            new Trainer(model, trained, new TrainingOptions { Epochs = 20, LearningRate = 0.05, Seed = 1 }, CPU).Run(rows, [], p => losses.Add(p.Loss), CancellationToken.None);
            Assert.IsLessThan(losses.Take(2).Average(), losses.TakeLast(2).Average(), method);
        }
    }

    [TestMethod]
    public void BadArgumentsAreRefused()
    {
        using var model = Tiny.Classifier();
        using var generator = new Generator(2);
        Assert.Throws<ArgumentException>(() => TrainedInPlace.HeadOnly(model));
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => TrainedInPlace.HeadOnly(model, "clasifier")).Message, "Did you mean classifier?");
        Assert.Throws<ArgumentOutOfRangeException>(() => new HoulsbyAdapters(model, 0, model.HeadModules, generator));
        Assert.Throws<ArgumentException>(() => new HoulsbyAdapters(model, 4, model.HeadModules, generator, ["word_embeddings"]));
    }
}
