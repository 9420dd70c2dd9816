using System.Diagnostics;
using Microsoft.ML.Lora.Benchmarks.Common;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>The rate of the matrix product that a RoBERTa-base layer is mostly made of.</summary>
internal static class Product
{
    /// <summary>The elements of the frozen matrices of RoBERTa-base: 12 layers of 12 x 768 x 768.</summary>
    public const long FrozenWeights = 12L * 12 * 768 * 768;

    private const int Repetitions = 15;

    /// <summary>[tokens, 768] x [768, 3072], in 10^9 floating-point operations a second: the median of some.</summary>
    public static double GigaFlops(long tokens, Device? device = null, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(1);
        Tensor Random(params long[] shape) => empty(shape, dtype: float32).normal_(0, 1, generator).to(type, device ?? CPU);
        var (x, weight) = (Random(tokens, 768), Random(3072, 768));
        var seconds = new List<double>();
        for (var i = 0; i < Repetitions + 2; i++)
        {
            var clock = Stopwatch.StartNew();
            using var product = nn.functional.linear(x, weight);
            if (device is not null) cuda.synchronize(device);
            if (i >= 2) seconds.Add(clock.Elapsed.TotalSeconds);
        }

        return 2.0 * tokens * 768 * 3072 / Pairs.Median(seconds) / 1e9;
    }
}
