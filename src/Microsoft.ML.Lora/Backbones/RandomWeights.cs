using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>A random start: matrices and tables normal, biases 0, scales 1.</summary>
/// <param name="generator">The only source of randomness.</param>
/// <param name="matrixDeviation">The standard deviation of the matrices' elements; 0.02 is Hugging Face's.</param>
internal sealed class RandomWeights(Generator generator, double matrixDeviation = 0.02) : WeightSource
{
    private const double TableDeviation = 0.02;

    public override Parameter Take(string name, WeightKind kind, params long[] shape)
    {
        var values = kind switch
        {
            WeightKind.Matrix => empty(shape, dtype: float32).normal_(0, matrixDeviation, generator),
            WeightKind.Table => empty(shape, dtype: float32).normal_(0, TableDeviation, generator),
            WeightKind.Bias => zeros(shape, dtype: float32),
            WeightKind.Scale => ones(shape, dtype: float32),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of weight."),
        };
        var parameter = new Parameter(values, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
