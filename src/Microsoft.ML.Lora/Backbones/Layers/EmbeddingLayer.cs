using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>A table of vectors: row ids[i] of [count, size] for every id. ids: int64 [...], result: [..., size].</summary>
internal sealed class EmbeddingLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    public EmbeddingLayer(WeightSource weights, long count, long size) : base(nameof(EmbeddingLayer))
    {
        weight = weights.Take("weight", WeightKind.Table, count, size);
        RegisterComponents();
    }

    /// <summary>The table, [count, size].</summary>
    public Parameter Weight => weight;

    public override Tensor forward(Tensor ids)
    {
        using var flat = ids.reshape(-1);
        using var rows = weight.index_select(0, flat);
        return rows.reshape([.. ids.shape, weight.shape[1]]);
    }
}
