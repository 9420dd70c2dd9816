using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// A <see cref="TransposedLinear"/> with adapters: h = x W + b + (alpha / r) B A dropout(x).
/// x: [..., in], W: [in, out], A: [r, in], B: [out, r], h: [..., out]. PEFT's fan_in_fan_out.
/// </summary>
public sealed class LoraTransposedLinear : LoraLayer
{
    internal LoraTransposedLinear(string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(nameof(LoraTransposedLinear), path, baseLayer, context) => RegisterComponents();

    /// <inheritdoc/>
    public override long OutputSize => BaseWeight.shape[1];

    /// <inheritdoc/>
    public override long InputSize => BaseWeight.shape[0];

    internal override Tensor ToMatrix(Tensor weight) => weight.t();

    internal override Tensor FromMatrix(Tensor matrix) => matrix.t().contiguous();

    internal override long[] ShapeOfA(long rank) => [rank, InputSize];

    internal override long[] ShapeOfB(long rank) => [OutputSize, rank];

    internal override Tensor Product(Tensor a, Tensor b, double scaling, Tensor input) =>
        functional.linear(functional.linear(input.Like(a), a).mul(scaling), b);

    internal override Tensor WithoutBias(Tensor input) => TransposedLinear.Product(input, BaseWeight);
}
