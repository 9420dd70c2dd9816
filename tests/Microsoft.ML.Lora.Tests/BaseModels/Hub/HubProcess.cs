using System.Diagnostics;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>A process of its own that knows the hub and the cache by environment variables only.</summary>
internal sealed class HubProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private HubProcess(Process process) =>
        (_process, _output, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Starts one of the programs beside the tests.</summary>
    /// <param name="program">Its assembly, without the extension.</param>
    /// <param name="environment">Variables that are set, or, where null, unset.</param>
    /// <param name="arguments">Its arguments.</param>
    public static HubProcess Start(string program, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments]) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(IsHubs).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Kills the process: it gets no chance to tidy up.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for the end; the process is killed if it takes longer than two minutes.</summary>
    public (int ExitCode, string Output, string Error) Wait()
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(2))) _process.Kill();
        _process.WaitForExit();
        return (_process.ExitCode, _output.Result.Trim(), _error.Result.Trim());
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private static bool IsHubs(string variable) => variable.StartsWith("HF_", StringComparison.Ordinal)
        || variable.StartsWith("HUGGING", StringComparison.Ordinal) || variable.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase);
}
