using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>Embeddings and a stack of layers; a family says under which names.</summary>
internal abstract class EncoderModel(string name) : Module(name)
{
    /// <summary>What turns tokens into vectors.</summary>
    public abstract EncoderEmbeddings Embeddings { get; }

    /// <summary>Where layers' inputs are kept for a backward pass that computes the layers again; null for an ordinary forward pass.</summary>
    public LayerRecomputation? Recompute { get; set; }

    /// <summary>The layers from the first to the last.</summary>
    protected abstract IEnumerable<EncoderLayer> Layers { get; }

    /// <summary>The output of the last layer, [batch, length, hidden].</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="hiddenStates">When given, receives the embeddings and then each layer's output, which the caller comes to own.</param>
    public Tensor Encode(TokenBatch batch, ICollection<Tensor>? hiddenStates = null)
    {
        if (Recompute is not null) return Recompute.Forward(Embeddings, Layers, batch);

        using var bias = Attention.Bias(batch.AttentionMask);
        var hidden = Embeddings.Forward(batch);
        hiddenStates?.Add(hidden);
        foreach (var layer in Layers)
        {
            var next = layer.Forward(hidden, bias);
            if (hiddenStates is null) hidden.Dispose();
            hiddenStates?.Add(next);
            hidden = next;
        }

        return hidden;
    }
}
