using System.Diagnostics;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Benchmarks.Common;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>What the device's matrix products would allow an encoder, measured on the largest that its layers are made of.</summary>
internal static class Product
{
    private const int Repetitions = 15;

    /// <summary>Tokens a second if [tokens, hidden] x [hidden, intermediate] went on all the time at its median rate.</summary>
    /// <param name="shape">The encoder.</param>
    /// <param name="tokens">How many tokens a batch has.</param>
    /// <param name="passes">How often a token meets each frozen weight: once in scoring; twice in training, forward and backward.</param>
    /// <param name="device">Null for the CPU.</param>
    /// <param name="type">Of the factors.</param>
    public static double TokenLimit(EncoderConfiguration shape, long tokens, int passes, Device? device = null, ScalarType type = ScalarType.Float32)
    {
        var (hidden, intermediate) = ((long)shape.HiddenSize, (long)shape.IntermediateSize);
        var frozen = shape.Layers * ((4 * hidden * hidden) + (2 * hidden * intermediate));
        return tokens * hidden * intermediate / Seconds(tokens, hidden, intermediate, device, type) / (passes * frozen);
    }

    private static double Seconds(long tokens, long hidden, long intermediate, Device? device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(1);
        Tensor Random(params long[] shape) => empty(shape, dtype: float32).normal_(0, 1, generator).to(type, device ?? CPU);
        var (x, weight) = (Random(tokens, hidden), Random(intermediate, hidden));
        var seconds = new List<double>();
        for (var i = 0; i < Repetitions + 2; i++)
        {
            var clock = Stopwatch.StartNew();
            using var product = nn.functional.linear(x, weight);
            if (device is not null) cuda.synchronize(device);
            if (i >= 2) seconds.Add(clock.Elapsed.TotalSeconds);
        }

        return Pairs.Median(seconds);
    }
}
