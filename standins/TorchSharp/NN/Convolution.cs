using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What all convolutions share.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    protected long input_channels;

    private protected Convolution(string name, long channels)
        : base(name) => input_channels = channels;

    protected bool ValidateShape(Tensor input, long dimensions)
    {
        var shape = input.shape;
        return (shape.LongLength == dimensions + 2 && shape[1] == input_channels) || (shape.LongLength == dimensions + 1 && shape[0] == input_channels);
    }

    private protected static Weight NewWeight(long outputs, long inputs, long groups, params ReadOnlySpan<long> kernel)
        => new(nn.init.kaiming_uniform_(empty([outputs, inputs / groups, .. kernel], float32, CPU), Math.Sqrt(5)).requires_grad_());

    private protected static Weight NewBias(long outputs, long inputs, long groups, params ReadOnlySpan<long> kernel)
    {
        var fan = inputs / groups;
        foreach (var size in kernel) fan *= size;
        var bound = 1 / Math.Sqrt(fan);
        return new(nn.init.uniform_(empty(outputs, float32, CPU), -bound, bound).requires_grad_());
    }
}
