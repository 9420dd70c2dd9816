using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Variants;

/// <summary>LoRA itself (Hu et al. 2021): the adapter adds (scaling) B A dropout(x), and merging adds (scaling) B A to W.</summary>
internal sealed class PlainVariant : LoraVariant
{
    public static PlainVariant Instance { get; } = new();

    public override bool IsLinear => true;

    public override Tensor? Magnitude(LoraLayer layer, LoraWeights weights) => null;

    public override Tensor Part(LoraLayer layer, LoraWeights weights, Tensor input, Tensor baseOutput) =>
        Product(layer, weights, input, layer.Drop(weights, input));

    public override Tensor Delta(LoraLayer layer, LoraWeights weights, Tensor baseMatrix) => weights.Product();
}
