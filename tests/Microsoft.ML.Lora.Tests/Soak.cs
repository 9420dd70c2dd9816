using System.Diagnostics;

namespace Microsoft.ML.Lora.Tests;

/// <summary>How much the long tests do: a share of it in an ordinary run, all of it where the environment variable MLNETLORA_SOAK is 1.</summary>
internal static class Soak
{
    /// <summary>Whether all of it is asked for.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("MLNETLORA_SOAK") == "1";

    /// <summary>The count that is asked for.</summary>
    public static int Count(int ordinary, int full) => Full ? full : ordinary;

    /// <summary>Does work so often; live tensors must end where they began and, in a soak, resident memory within 5 % of what it was after the first twentieth.</summary>
    /// <param name="what">What the work is, for the figures that are printed.</param>
    /// <param name="count">How often.</param>
    /// <param name="work">The work.</param>
    /// <param name="tensorsPerWork">How many tensors TorchSharp itself never uncounts each time.</param>
    public static void Repeat(string what, int count, Action<int> work, long tensorsPerWork = 0)
    {
        work(0);
        var tensors = LiveTensors.Settled();
        var (settled, managed) = (0L, 0L);
        var time = Stopwatch.StartNew();
        for (var i = 1; i <= count; i++)
        {
            work(i);
            if (i == Math.Max(1, count / 20)) (settled, managed) = (Resident(), GC.GetTotalMemory(false));
        }

        var end = Resident();
        Console.WriteLine($"{count:N0} {what} in {time.Elapsed.TotalSeconds:F1} s; resident memory {settled / 1e6:F1} MB after the first twentieth, {end / 1e6:F1} MB at the end "
            + $"(managed heap {managed / 1e6:F1} and {GC.GetTotalMemory(false) / 1e6:F1} MB).");
        Assert.AreEqual(tensors + count * tensorsPerWork, LiveTensors.Count);
        if (Full) Assert.IsLessThan(1.05, (double)end / settled, $"{settled:N0} bytes, then {end:N0}");
    }

    /// <summary>The memory of this process that is in RAM, after a forced collection, in bytes.</summary>
    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
