using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>The multilayer perceptron of PEFT's article on custom models: 20-2000-200-2, in a Sequential.</summary>
internal sealed class Mlp : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> seq;

    public Mlp() : base(nameof(Mlp))
    {
        seq = Sequential(Linear(20, 2000), ReLU(), Linear(2000, 200), ReLU(), Linear(200, 2));
        RegisterComponents();
        using var generator = new Generator(1);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, parameter) in named_parameters())
        {
            var bound = 1 / Math.Sqrt(parameter.shape[^1]);
            parameter.uniform_(-bound, bound, generator);
        }
    }

    public override Tensor forward(Tensor input) => seq.call(input);

    /// <summary>1,000 rows of 20 numbers in [0, 1).</summary>
    public static Tensor Rows()
    {
        using var generator = new Generator(2);
        return rand(1000, 20, generator: generator);
    }

    /// <summary>Trains in batches of 64 rows.</summary>
    /// <returns>The mean loss of each epoch.</returns>
    public List<double> Train(IFineTuningMethod method, Tensor rows, Tensor labels, int epochs)
    {
        using var optimizer = new Optimizer(method.ParameterGroups(), weightDecay: 0, maxGradientNorm: 0);
        var losses = new List<double>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var sum = 0.0;
            for (var at = 0L; at < rows.shape[0]; at += 64)
            {
                using var scope = NewDisposeScope();
                var size = Math.Min(64, rows.shape[0] - at);
                var loss = functional.cross_entropy(call(rows.narrow(0, at, size)), labels.narrow(0, at, size));
                optimizer.Step(loss, 0.002);
                sum += loss.item<float>() * size;
            }

            losses.Add(sum / rows.shape[0]);
        }

        return losses;
    }

    public double Accuracy(Tensor rows, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return call(rows).argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>();
    }
}
