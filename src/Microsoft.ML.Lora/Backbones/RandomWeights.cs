using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>A random start: matrices normal, biases 0, scales 1.</summary>
/// <param name="generator">The only source of randomness.</param>
/// <param name="standardDeviation">Of the matrices' elements; 0.02 is Hugging Face's.</param>
internal sealed class RandomWeights(Generator generator, double standardDeviation = 0.02) : WeightSource
{
    public override Parameter Take(string name, WeightKind kind, params long[] shape)
    {
        var values = kind switch
        {
            WeightKind.Matrix => empty(shape, dtype: float32).normal_(0, standardDeviation, generator),
            WeightKind.Bias => zeros(shape, dtype: float32),
            WeightKind.Scale => ones(shape, dtype: float32),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of weight."),
        };
        var parameter = new Parameter(values, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
