using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Variants;

/// <summary>
/// How an adapter's weights are put to use. It has no state, so that one object serves all layers. All methods are called within a dispose scope.
/// </summary>
internal abstract class LoraVariant
{
    /// <summary>The variant that a configuration asks for.</summary>
    public static LoraVariant Of(LoraConfig config) => config.UseDora ? DoraVariant.Instance : PlainVariant.Instance;

    /// <summary>Whether what an adapter adds is linear in B A, so that adapters can be stacked and combined.</summary>
    public abstract bool IsLinear { get; }

    /// <summary>What the magnitude starts at, [out]; null where the variant has none.</summary>
    public abstract Tensor? Magnitude(LoraLayer layer, LoraWeights weights);

    /// <summary>What the adapter adds to the layer's output.</summary>
    public abstract Tensor Part(LoraLayer layer, LoraWeights weights, Tensor input, Tensor baseOutput);

    /// <summary>What the adapter adds to the base weight, both [out, in].</summary>
    public abstract Tensor Delta(LoraLayer layer, LoraWeights weights, Tensor baseMatrix);

    /// <summary>(scaling) B A dropout(input), and without the start's product where that is taken out of W.</summary>
    protected static Tensor Product(LoraLayer layer, LoraWeights weights, Tensor input, Tensor dropped)
    {
        var product = layer.Product(weights.A, weights.B, weights.Scaling, dropped);
        return weights.Initial is not { } initial ? product : product.sub(layer.Product(initial.A, initial.B, weights.Scaling, input));
    }
}
