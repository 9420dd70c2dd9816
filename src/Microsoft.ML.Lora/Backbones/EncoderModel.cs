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

    /// <summary>The output of the last layer, [batch, length, hidden] or packed [tokens, hidden].</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="hiddenStates">When given, receives the embeddings and then each layer's output, which the caller comes to own.</param>
    public Tensor Encode(TokenBatch batch, ICollection<Tensor>? hiddenStates = null)
    {
        using var rows = new RowLayout(batch);
        return Run(Layers.Select<EncoderLayer, LayerStep>(layer => hidden => layer.Forward(hidden, rows)), batch, hiddenStates);
    }

    /// <summary>The last layer's output for the first token of each row, [rows, hidden].</summary>
    public Tensor EncodeFirst(TokenBatch batch)
    {
        if (Recompute is not null) return Recompute.Forward(this, batch, StepsToFirst);
        using var rows = new RowLayout(batch);
        return Run(StepsToFirst(rows), batch, hiddenStates: null);
    }

    private IEnumerable<LayerStep> StepsToFirst(RowLayout rows)
    {
        var layers = Layers.ToList();
        foreach (var layer in layers.SkipLast(1)) yield return hidden => layer.Forward(hidden, rows);
        yield return hidden => layers[^1].ForwardFirst(hidden, rows);
    }

    private Tensor Run(IEnumerable<LayerStep> steps, TokenBatch batch, ICollection<Tensor>? hiddenStates)
    {
        var hidden = Embeddings.Forward(batch);
        hiddenStates?.Add(hidden);
        foreach (var step in steps)
        {
            var next = step(hidden);
            if (hiddenStates is null) hidden.Dispose();
            hiddenStates?.Add(next);
            hidden = next;
        }

        return hidden;
    }
}

/// <summary>What a layer makes of the output of the layer below.</summary>
internal delegate Tensor LayerStep(Tensor hidden);
