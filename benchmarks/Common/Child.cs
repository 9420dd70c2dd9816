using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.Lora.Benchmarks.Common;

/// <summary>Runs a program to its end, for the last line that it prints and the time that it took.</summary>
internal static class Child
{
    /// <summary>This program with other arguments: what is measured there has its own peak memory and start.</summary>
    public static (JsonElement Json, double Seconds) Self(params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? Run(program, arguments.Prepend(typeof(Child).Assembly.Location)) : Run(program, arguments);
    }

    /// <summary>The most memory that this process ever took, in units of 2^20 bytes, as the peer counts.</summary>
    public static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (double)(1 << 20);
    }

    /// <summary>Any program.</summary>
    /// <exception cref="InvalidDataException">It failed, or its last line is not JSON.</exception>
    public static (JsonElement Json, double Seconds) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in Processor.Settings) start.Environment.TryAdd(name, value);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var seconds = clock.Elapsed.TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidDataException($"{program} {string.Join(' ', start.ArgumentList.Take(3))} ended with exit code {process.ExitCode}.");
        try
        {
            return (JsonSerializer.Deserialize<JsonElement>(output.Trim().Split('\n')[^1]), seconds);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{program}: the last line printed is no JSON.", e);
        }
    }
}

/// <summary>What makes Debian's libtorch quick, for our process and the peer's alike: the stand-in sets it too, the real TorchSharp does not. How long threads wait before they sleep, each sets for itself.</summary>
internal static class Processor
{
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["OPENBLAS_CORETYPE"] = System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? "SkylakeX" : "Haswell",
        ["OMP_WAIT_POLICY"] = "passive",
        ["LD_LIBRARY_PATH"] = "/usr/lib/x86_64-linux-gnu/openblas-openmp",
    };
}
