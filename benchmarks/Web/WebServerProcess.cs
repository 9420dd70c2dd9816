using System.Diagnostics;

namespace Microsoft.ML.Lora.Benchmarks.Web;

/// <summary>The web sample in a process of its own, on a free port of loopback.</summary>
internal sealed class WebServerProcess : IDisposable
{
    private const string Announcement = "Now listening on: ";

    private readonly Process _process;

    private WebServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What of its memory is in RAM.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended at once.</exception>
    public static async Task<WebServerProcess> StartAsync(string model)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "WebSentiment.dll"), $"--Sentiment:Model={model}", "--urls=http://127.0.0.1:0"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Announcement, StringComparison.Ordinal) is not (>= 0 and var at)) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return new(process, new(line[(at + Announcement.Length)..]));
        }

        throw new InvalidOperationException("The web sample ended before it listened.");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
