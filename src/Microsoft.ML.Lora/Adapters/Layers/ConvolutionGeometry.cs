using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// How a convolution steps over its input, one number a dimension. TorchSharp's convolutions do not tell, so it is read off from what they make of an
/// input that counts 1, 2, 3, … under a kernel with a single 1: output i is then 1 + i stride + tap dilation - padding.
/// </summary>
internal sealed record ConvolutionGeometry(long[] Stride, long[] Padding, long[] Dilation)
{
    private const long Length = 64;

    /// <summary>The geometry of a convolution.</summary>
    /// <param name="convolution">TorchSharp's Conv1d or Conv2d.</param>
    /// <param name="path">What errors call it.</param>
    /// <param name="convolve">The convolution as a function of input, weight and geometry, without a bias; what was read off is checked
    /// against it.</param>
    /// <exception cref="NotSupportedException">It has groups, a padding other than zeros or as wide on both sides, or a very large
    /// step.</exception>
    public static ConvolutionGeometry Of(Module<Tensor, Tensor> convolution, string path, Func<Tensor, Tensor, ConvolutionGeometry, Tensor> convolve)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var kernel = convolution.get_parameter("weight")!.shape[2..];
        try
        {
            var axes = Enumerable.Range(0, kernel.Length).Select(axis => Axis(convolution, kernel, axis)).ToList();
            var geometry = new ConvolutionGeometry([.. axes.Select(a => a.Stride)], [.. axes.Select(a => a.Padding)], [.. axes.Select(a => a.Dilation)]);
            if (axes.All(axis => axis is { Stride: > 0, Padding: >= 0, Dilation: > 0 }) && Agrees(convolution, geometry, convolve)) return geometry;
        }
        catch (Exception error) when (error is ArgumentException or System.Runtime.InteropServices.ExternalException)
        {
            throw Unsupported(path, error);
        }

        throw Unsupported(path, null);
    }

    private static (long Stride, long Padding, long Dilation) Axis(Module<Tensor, Tensor> convolution, long[] kernel, int axis)
    {
        var first = Positions(convolution, kernel, axis, tap: 0);
        var at = Array.FindIndex(first, position => position > 0);
        if (at < 0 || at + 1 >= first.Length) return default;
        var stride = first[at + 1] - first[at];
        var padding = 1 + at * stride - first[at];
        var dilation = kernel[axis] == 1 ? 1 : Positions(convolution, kernel, axis, tap: 1)[at] - first[at];
        return (stride, padding, dilation);
    }

    // The position, counted from 1, that each output along the axis reads through one tap of the kernel; 0 in the padding.
    private static long[] Positions(Module<Tensor, Tensor> convolution, long[] kernel, int axis, long tap)
    {
        var (weight, bias) = (convolution.get_parameter("weight")!, convolution.get_parameter("bias"));
        var (ownWeight, ownBias) = (weight.detach(), bias?.detach());
        var channels = weight.shape[1];
        var input = zeros([1, channels, .. kernel.Select(_ => Length)], weight.dtype, weight.device);
        var along = kernel.Select((_, each) => each == axis ? Length : 1).ToArray();
        input.narrow(1, 0, 1).add_(arange(1, Length + 1, weight.dtype, weight.device).reshape([1, 1, .. along]));
        var probe = zeros([1, channels, .. kernel], weight.dtype, weight.device);
        var single = probe.narrow(0, 0, 1).narrow(1, 0, 1);
        for (var each = 0; each < kernel.Length; each++) single = single.narrow(each + 2, each == axis ? tap : 0, 1);
        single.fill_(1);
        try
        {
            weight.set_(probe);
            bias?.set_(zeros([1], weight.dtype, weight.device));
            var output = convolution.forward(input).to(ScalarType.Float32).cpu();
            var others = Enumerable.Range(0, kernel.Length).Where(each => each != axis).Select(each => each + 2L).ToArray();
            if (others.Length > 0) output = output.amax(others);
            return [.. output.reshape(-1).data<float>().ToArray().Select(value => (long)value)];
        }
        finally
        {
            weight.set_(ownWeight);
            bias?.set_(ownBias!);
        }
    }

    private static bool Agrees(Module<Tensor, Tensor> convolution, ConvolutionGeometry geometry, Func<Tensor, Tensor, ConvolutionGeometry, Tensor> convolve)
    {
        var weight = convolution.get_parameter("weight")!;
        var shape = new[] { 1, weight.shape[1] }.Concat(weight.shape[2..].Select(_ => Length / 2)).ToArray();
        var input = arange(shape.Aggregate(1L, (product, size) => product * size), ScalarType.Float32, weight.device).sin().reshape(shape).Like(weight);
        var expected = convolution.forward(input);
        var actual = convolve(input, weight, geometry);
        if (convolution.get_parameter("bias") is { } bias) actual = actual.add(bias.reshape([-1, .. weight.shape[2..].Select(_ => 1L)]));
        if (!expected.shape.SequenceEqual(actual.shape)) return false;
        var tolerance = weight.dtype == ScalarType.Float32 ? 1e-4 : 0.05;
        return expected.sub(actual).abs().max().item<float>() <= tolerance * (1 + expected.abs().max().item<float>());
    }

    private static NotSupportedException Unsupported(string path, Exception? inner) => new(
        $"{path}: only convolutions of one group, padded with zeros as wide on both sides, can be adapted.", inner);
}
