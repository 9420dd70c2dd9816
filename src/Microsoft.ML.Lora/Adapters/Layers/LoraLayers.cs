using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>Which modules can be adapted, and by which kind of layer.</summary>
internal static class LoraLayers
{
    /// <summary>For messages: what can be adapted.</summary>
    public const string Adaptable = "only linear layers, embeddings, one- and two-dimensional convolutions and TransposedLinear can be adapted";

    /// <summary>Whether there is a layer for modules of this class.</summary>
    public static bool CanAdapt(nn.Module module) => IsLinear(module) || module is EmbeddingLayer or Embedding or Conv1d or Conv2d;

    /// <summary>Whether a module is linear, either way round.</summary>
    public static bool IsLinear(nn.Module module) => module is LinearLayer or Linear or TransposedLinear;

    /// <summary>A layer around a module for which <see cref="CanAdapt"/> holds.</summary>
    public static LoraLayer Wrap(string path, nn.Module module, AdapterContext context)
    {
        var baseLayer = (nn.Module<Tensor, Tensor>)module;
        return module switch
        {
            TransposedLinear => new LoraTransposedLinear(path, baseLayer, context),
            EmbeddingLayer or Embedding => new LoraEmbedding(path, baseLayer, context),
            Conv1d => new LoraConv1d(path, baseLayer, context),
            Conv2d => new LoraConv2d(path, baseLayer, context),
            _ => new LoraLinear(path, baseLayer, context),
        };
    }
}
