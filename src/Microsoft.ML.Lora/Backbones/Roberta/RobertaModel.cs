using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Roberta;

/// <summary>The encoder without a head (Liu et al. 2019): embeddings, then a stack of layers.</summary>
internal sealed class RobertaModel : Module
{
    internal readonly RobertaEmbeddings embeddings;
    private readonly RobertaEncoder encoder;

    public RobertaModel(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(RobertaModel))
    {
        embeddings = new RobertaEmbeddings(weights.At("embeddings"), configuration, dropout);
        encoder = new RobertaEncoder(weights.At("encoder"), configuration, dropout);
        RegisterComponents();
    }

    /// <summary>The output of the last layer, [batch, length, hidden].</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="hiddenStates">When given, receives the embeddings and then each layer's output, which the caller comes to own.</param>
    public Tensor Encode(TokenBatch batch, ICollection<Tensor>? hiddenStates = null)
    {
        using var bias = Attention.Bias(batch.AttentionMask);
        var hidden = embeddings.Forward(batch);
        hiddenStates?.Add(hidden);
        foreach (var layer in encoder.layer)
        {
            var next = layer.Forward(hidden, bias);
            if (hiddenStates is null) hidden.Dispose();
            hiddenStates?.Add(next);
            hidden = next;
        }

        return hidden;
    }
}

/// <summary>The stack of layers.</summary>
internal sealed class RobertaEncoder : Module
{
    internal readonly ModuleList<RobertaLayer> layer;

    public RobertaEncoder(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(RobertaEncoder))
    {
        layer = new ModuleList<RobertaLayer>([.. Enumerable.Range(0, configuration.Layers)
            .Select(i => new RobertaLayer(weights.At($"layer.{i}"), configuration, dropout))]);
        RegisterComponents();
    }
}
