using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// A table of vectors with adapters: h = W[ids] + (alpha / r) A^T[ids] B^T. There is no dropout, since ids cannot be dropped in part.
/// ids: int64 [...], W: [rows, columns], A: [r, rows], B: [columns, r], h: [..., columns]. As a matrix, W is [columns, rows].
/// </summary>
public sealed class LoraEmbedding : LoraLayer
{
    internal LoraEmbedding(string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(nameof(LoraEmbedding), path, baseLayer, context) => RegisterComponents();

    /// <inheritdoc/>
    public override long OutputSize => BaseWeight.shape[1];

    /// <inheritdoc/>
    public override long InputSize => BaseWeight.shape[0];

    internal override Tensor Drop(LoraWeights weights, Tensor input) => input;

    internal override Tensor ToMatrix(Tensor weight) => weight.t();

    internal override Tensor FromMatrix(Tensor matrix) => matrix.t().contiguous();

    internal override long[] ShapeOfA(long rank) => [rank, InputSize];

    internal override long[] ShapeOfB(long rank) => [OutputSize, rank];

    internal override Tensor Product(Tensor a, Tensor b, double scaling, Tensor input)
    {
        var rows = a.index_select(1, input.reshape(-1)).t().mul(scaling);
        return functional.linear(rows, b).reshape([.. input.shape, b.shape[0]]);
    }

    internal override Tensor WithoutBias(Tensor input) => base_layer.call(input);
}
