using System.Diagnostics;

namespace Microsoft.ML.Lora.Benchmarks.Common;

/// <summary>Two ways timed in turns, so that what else the machine does falls on both.</summary>
/// <param name="First">The median time of the first, in milliseconds.</param>
/// <param name="Second">The median time of the second, in milliseconds.</param>
/// <param name="Ratio">The median of first over second, pair by pair.</param>
internal sealed record Pairs(double First, double Second, double Ratio)
{
    private const int Warmups = 2;

    /// <summary>Runs each once a pair, in alternating order.</summary>
    public static Pairs Measure(int count, Action first, Action second)
    {
        for (var i = 0; i < Warmups; i++)
        {
            first();
            second();
        }

        var (firsts, seconds) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            if (i % 2 == 0) firsts[i] = Time(first);
            seconds[i] = Time(second);
            if (i % 2 == 1) firsts[i] = Time(first);
        }

        return new(Median(firsts), Median(seconds), Median(firsts.Zip(seconds, (a, b) => a / b)));
    }

    /// <summary>The middle of some numbers.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }
}
