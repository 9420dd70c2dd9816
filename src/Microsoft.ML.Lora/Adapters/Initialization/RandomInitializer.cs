using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>A and B both as nn.Linear starts them, for an embedding both standard normal; PEFT's init_lora_weights=False.</summary>
internal sealed class RandomInitializer : Initializer
{
    public override StartingPoint Start(LoraLayer layer, int rank, double scaling, Generator generator) => layer is LoraEmbedding
        ? new(Normal(rank, layer.InputSize, 1, generator), Normal(layer.OutputSize, rank, 1, generator))
        : new(KaimingUniform(rank, layer.InputSize, generator), KaimingUniform(layer.OutputSize, rank, generator));
}
