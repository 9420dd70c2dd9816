using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// A linear layer with adapters: h = W x + b + (alpha / r) B A dropout(x).
/// x: [..., in], W: [out, in], A: [r, in], B: [out, r], h: [..., out].
/// </summary>
public sealed class LoraLinear : LoraLayer
{
    internal LoraLinear(string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(nameof(LoraLinear), path, baseLayer, context) => RegisterComponents();

    /// <inheritdoc/>
    public override long OutputSize => BaseWeight.shape[0];

    /// <inheritdoc/>
    public override long InputSize => BaseWeight.shape[1];

    internal override Tensor ToMatrix(Tensor weight) => weight;

    internal override Tensor FromMatrix(Tensor matrix) => matrix;

    internal override long[] ShapeOfA(long rank) => [rank, InputSize];

    internal override long[] ShapeOfB(long rank) => [OutputSize, rank];

    internal override Tensor Product(Tensor a, Tensor b, double scaling, Tensor input) =>
        functional.linear(functional.linear(input.Like(a), a).mul(scaling), b);

    internal override Tensor WithoutBias(Tensor input) => functional.linear(input, BaseWeight);
}
