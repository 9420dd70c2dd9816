using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Variants;

/// <summary>
/// DoRA (Liu et al. 2024): W' = m (W + scaling B A) / |W + scaling B A|, where | | is each output's norm, taken as a constant in the backward pass
/// (section 4.3), and m a trained magnitude, which starts at that norm. The adapter adds (m / norm - 1) W x + (m / norm) scaling B A x.
/// </summary>
internal sealed class DoraVariant : LoraVariant
{
    public static DoraVariant Instance { get; } = new();

    public override bool IsLinear => false;

    public override Tensor Magnitude(LoraLayer layer, LoraWeights weights) => Norm(layer.BaseMatrix(), weights);

    public override Tensor Part(LoraLayer layer, LoraWeights weights, Tensor input, Tensor baseOutput)
    {
        var dropped = layer.Drop(weights, input);
        var baseProduct = !ReferenceEquals(dropped, input) ? layer.WithoutBias(dropped)
            : layer.BaseBias is { } bias ? baseOutput.sub(layer.PerOutput(bias)) : baseOutput;
        var scale = layer.PerOutput(Scale(layer.BaseMatrix(), weights));
        return scale.sub(1).mul(baseProduct).add(scale.mul(Product(layer, weights, input, dropped)));
    }

    public override Tensor Delta(LoraLayer layer, LoraWeights weights, Tensor baseMatrix) =>
        Scale(baseMatrix, weights).unsqueeze(1).mul(baseMatrix.add(weights.Product())).sub(baseMatrix);

    // An output without weights has no direction: its norm, and so its magnitude at the start, is 0, and it stays 0.
    private static Tensor Scale(Tensor baseMatrix, LoraWeights weights)
    {
        var norm = Norm(baseMatrix, weights);
        return weights.Magnitude!.reshape(-1).div(norm.masked_fill(norm.eq(0), 1));
    }

    private static Tensor Norm(Tensor baseMatrix, LoraWeights weights)
    {
        using var _ = no_grad();
        return baseMatrix.add(weights.Product()).pow(2).sum(1).sqrt();
    }
}
