using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>What convolutions with adapters share. Only convolutions of one group, padded with zeros, can be adapted.</summary>
public abstract class LoraConvolution : LoraLayer
{
    private readonly long[] _kernel;

    private protected LoraConvolution(string name, string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(name, path, baseLayer, context)
    {
        _kernel = BaseWeight.shape[2..];
        Geometry = ConvolutionGeometry.Of(baseLayer, path, Convolve);
    }

    /// <inheritdoc/>
    public override long OutputSize => BaseWeight.shape[0];

    /// <inheritdoc/>
    public override long InputSize => BaseWeight.shape[1] * _kernel.Aggregate(1L, (product, size) => product * size);

    internal override long[] ShapeOfMagnitude => [1, OutputSize, .. Ones];

    /// <summary>Stride, padding and dilation.</summary>
    internal ConvolutionGeometry Geometry { get; }

    private long[] Ones => [.. _kernel.Select(_ => 1L)];

    private protected abstract Tensor Convolve(Tensor input, Tensor weight, ConvolutionGeometry geometry);

    private protected abstract Tensor Pointwise(Tensor input, Tensor weight);

    internal override Tensor ToMatrix(Tensor weight) => weight.flatten(1);

    internal override Tensor FromMatrix(Tensor matrix) => matrix.reshape(BaseWeight.shape);

    internal override long[] ShapeOfA(long rank) => [rank, BaseWeight.shape[1], .. _kernel];

    internal override long[] ShapeOfB(long rank) => [OutputSize, rank, .. Ones];

    internal override Tensor Product(Tensor a, Tensor b, double scaling, Tensor input) =>
        Pointwise(Convolve(input.Like(a), a, Geometry).mul(scaling), b);

    internal override Tensor PerOutput(Tensor numbers) => numbers.reshape([numbers.NumberOfElements, .. Ones]);

    internal override Tensor WithoutBias(Tensor input) => Convolve(input, BaseWeight, Geometry);
}
