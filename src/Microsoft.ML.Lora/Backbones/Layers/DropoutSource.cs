using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// Dropout whose masks come from a generator of its own, so that two trainings in one process do not disturb each other
/// and a step repeats exactly. Until <see cref="Start"/> is called, and after <see cref="Stop"/>, nothing is dropped.
/// </summary>
public sealed class DropoutSource : IDisposable
{
    private readonly Generator _generator = new();
    private Generator? _onDevice;
    private long _seed;

    /// <summary>Whether <see cref="Apply"/> drops anything now.</summary>
    public bool Active { get; private set; }

    /// <summary>Drops from here on, with masks that depend on the two numbers alone.</summary>
    /// <param name="seed">The training's seed.</param>
    /// <param name="step">The training's step.</param>
    public void Start(long seed, long step)
    {
        _seed = unchecked((seed * 0x5DEECE66DL) ^ (step * 0x9E3779B97F4A7C1L) ^ step);
        _generator.manual_seed(_seed);
        _onDevice?.manual_seed(_seed);
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
        using var mask = empty_like(input).bernoulli_(1 - probability, For(input.device)).div_(1 - probability);
        return input * mask;
    }

    /// <summary>Where the masks stand now, so that a layer that is computed again drops the same; to be disposed of.</summary>
    internal Tensor Position(Device device) => For(device).get_state();

    /// <summary>Goes back to a position.</summary>
    internal void GoTo(Tensor position, Device device) => For(device).set_state(position);

    /// <inheritdoc/>
    public void Dispose()
    {
        _generator.Dispose();
        _onDevice?.Dispose();
    }

    private Generator For(Device device)
    {
        if (device.type == DeviceType.CPU) return _generator;
        return _onDevice ??= new Generator(unchecked((ulong)_seed), device);
    }
}
