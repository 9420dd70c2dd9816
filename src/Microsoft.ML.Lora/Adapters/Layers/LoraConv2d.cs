using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// A convolution over two dimensions with adapters: h = W * x + b + (alpha / r) B * (A * dropout(x)), where * convolves; A has the kernel size,
/// stride, padding and dilation of W, and B a kernel of size 1.
/// x: [batch, in, height, width], W: [out, in, k, l], A: [r, in, k, l], B: [out, r, 1, 1], h: [batch, out, height', width'].
/// As a matrix, W is [out, in k l].
/// </summary>
public sealed class LoraConv2d : LoraConvolution
{
    internal LoraConv2d(string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(nameof(LoraConv2d), path, baseLayer, context) => RegisterComponents();

    private protected override Tensor Convolve(Tensor input, Tensor weight, ConvolutionGeometry geometry) => functional.conv2d(
        input, weight, bias: null, strides: geometry.Stride, padding: geometry.Padding, dilation: geometry.Dilation);

    private protected override Tensor Pointwise(Tensor input, Tensor weight) =>
        functional.conv2d(input, weight, strides: [1, 1], padding: [0, 0], dilation: [1, 1]);
}
