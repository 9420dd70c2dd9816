using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Layers;

/// <summary>The weight that an adapted layer is to compute with, written out in float64 from A, B, m and W.</summary>
internal static class Written
{
    /// <summary>W' in the layer's own layout.</summary>
    /// <param name="layer">A layer with one adapter.</param>
    /// <param name="norm">DoRA's norm where it is to be taken as a constant.</param>
    public static Tensor Weight(LoraLayer layer, Tensor? norm = null)
    {
        using var _ = no_grad();
        var weights = layer.ActiveAdapters.Single();
        var sum = Sum(layer, weights);
        if (weights.Magnitude is { } magnitude) sum = magnitude.@double().reshape(-1, 1) * sum / (norm ?? sum.pow(2).sum(1).sqrt()).reshape(-1, 1);
        return layer is LoraTransposedLinear or LoraEmbedding ? sum.t() : sum.reshape(layer.BaseWeight.shape);
    }

    /// <summary>The norm of each output's weights, with B A in them.</summary>
    public static Tensor Norm(LoraLayer layer)
    {
        using var _ = no_grad();
        return Sum(layer, layer.ActiveAdapters.Single()).pow(2).sum(1).sqrt();
    }

    // W + scaling B A [out, in], less the start's product where it is taken out of W.
    private static Tensor Sum(LoraLayer layer, LoraWeights weights)
    {
        var w = layer.BaseWeight.@double();
        var matrix = layer is LoraTransposedLinear or LoraEmbedding ? w.t() : w.flatten(1);
        Tensor Product(Tensor a, Tensor b) => matmul(b.@double().flatten(1), a.@double().flatten(1)) * weights.Scaling;
        var sum = matrix + Product(weights.A, weights.B);
        return weights.Initial is { } initial ? sum - Product(initial.A, initial.B) : sum;
    }
}
