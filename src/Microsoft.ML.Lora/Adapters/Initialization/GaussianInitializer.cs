using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>A normal with standard deviation 1 / r, B zero.</summary>
internal sealed class GaussianInitializer : Initializer
{
    public override StartingPoint Start(LoraLayer layer, int rank, double scaling, Generator generator) => layer is LoraEmbedding
        ? EmbeddingStart(layer, rank, generator)
        : new(Normal(rank, layer.InputSize, 1.0 / rank, generator), ZeroB(layer, rank));
}
