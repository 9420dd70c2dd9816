using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>A random start, as Hugging Face's: matrices normal(0, 0.02), biases 0, scales 1.</summary>
/// <param name="generator">The only source of randomness.</param>
internal sealed class RandomWeights(Generator generator) : WeightSource
{
    private const double StandardDeviation = 0.02;

    public override Parameter Take(string name, WeightKind kind, params long[] shape)
    {
        var values = kind switch
        {
            WeightKind.Matrix => empty(shape, dtype: float32).normal_(0, StandardDeviation, generator),
            WeightKind.Bias => zeros(shape, dtype: float32),
            WeightKind.Scale => ones(shape, dtype: float32),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of weight."),
        };
        var parameter = new Parameter(values, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
