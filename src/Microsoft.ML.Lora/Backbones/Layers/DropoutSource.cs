using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// Dropout whose masks follow from a seed and a step alone, so that two trainings in one process do not disturb each other
/// and a step repeats exactly. Until <see cref="Start"/> is called, and after <see cref="Stop"/>, nothing is dropped.
/// </summary>
public sealed class DropoutSource : IDisposable
{
    private Generator? _onDevice;
    private long _seed;

    /// <summary>Whether <see cref="Apply"/> drops anything now.</summary>
    public bool Active { get; private set; }

    /// <summary>How many numbers the masks since <see cref="Start"/> took. A layer that is computed again from its position on drops the same.</summary>
    internal long Position { get; set; }

    /// <summary>Drops from here on, with masks that depend on the two numbers alone.</summary>
    /// <param name="seed">The training's seed.</param>
    /// <param name="step">The training's step.</param>
    public void Start(long seed, long step)
    {
        _seed = unchecked((seed * 0x5DEECE66DL) ^ (step * 0x9E3779B97F4A7C1L) ^ step);
        Position = 0;
        Active = true;
    }

    /// <summary>Drops nothing from here on.</summary>
    public void Stop() => Active = false;

    /// <summary>
    /// While active: <paramref name="input"/> with each element zeroed with the given probability and the others divided by
    /// (1 - probability). Otherwise, or with probability 0, <paramref name="input"/> itself.
    /// </summary>
    /// <param name="input">Any shape.</param>
    /// <param name="probability">0 up to, not including, 1.</param>
    public Tensor Apply(Tensor input, double probability)
    {
        if (!Active || probability == 0) return input;
        using var mask = Mask(input, probability);
        return input * mask;
    }

    /// <summary><paramref name="sum"/> + <see cref="Apply"/>(<paramref name="input"/>), in one operation.</summary>
    internal Tensor Add(Tensor sum, Tensor input, double probability)
    {
        if (!Active || probability == 0) return sum.add(input);
        using var mask = Mask(input, probability);
        return sum.addcmul(input, mask, 1);
    }

    /// <inheritdoc/>
    public void Dispose() => _onDevice?.Dispose();

    private Tensor Mask(Tensor input, double probability)
    {
        var position = Position;
        Position += input.numel();
        if (input.device.type == DeviceType.CPU)
        {
            var mask = empty(input.shape, dtype: float32);
            if (Position > position) DropoutMask.Draw(MemoryMarshal.Cast<byte, float>(mask.bytes), probability, _seed, position);
            if (input.dtype == float32) return mask;
            using (mask) return mask.to_type(input.dtype);
        }

        _onDevice ??= new Generator(0, input.device);
        _onDevice.manual_seed(unchecked(_seed + position * 0x2545F4914F6CDD1DL));
        return empty_like(input).bernoulli_(1 - probability, _onDevice).div_(1 - probability);
    }
}
