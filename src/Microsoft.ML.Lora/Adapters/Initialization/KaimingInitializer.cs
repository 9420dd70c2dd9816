using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>A Kaiming-uniform with a = sqrt 5, B zero.</summary>
internal sealed class KaimingInitializer : Initializer
{
    public override StartingPoint Start(LoraLayer layer, int rank, double scaling, Generator generator) => layer is LoraEmbedding
        ? EmbeddingStart(layer, rank, generator)
        : new(KaimingUniform(rank, layer.InputSize, generator), ZeroB(layer, rank));
}
