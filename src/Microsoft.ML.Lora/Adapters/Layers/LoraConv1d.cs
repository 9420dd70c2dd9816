using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// A convolution over one dimension with adapters: h = W * x + b + (alpha / r) B * (A * dropout(x)), where * convolves; A has the kernel size,
/// stride, padding and dilation of W, and B a kernel of size 1.
/// x: [batch, in, length], W: [out, in, k], A: [r, in, k], B: [out, r, 1], h: [batch, out, length']. As a matrix, W is [out, in k].
/// </summary>
public sealed class LoraConv1d : LoraConvolution
{
    internal LoraConv1d(string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(nameof(LoraConv1d), path, baseLayer, context) => RegisterComponents();

    private protected override Tensor Convolve(Tensor input, Tensor weight, ConvolutionGeometry geometry) => functional.conv1d(
        input, weight, bias: null, stride: geometry.Stride[0], padding: geometry.Padding[0], dilation: geometry.Dilation[0]);

    private protected override Tensor Pointwise(Tensor input, Tensor weight) => functional.conv1d(input, weight);
}
