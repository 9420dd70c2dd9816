using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Lora;

/// <summary>
/// The native part of TorchSharp, which the application chooses by referencing a package. It is asked for before anything else is done, so that an
/// application without it learns so at once and not after a download.
/// </summary>
internal static class NativeTorch
{
    private const string Library = "LibTorchSharp";

    /// <summary>Loads the native part.</summary>
    /// <exception cref="DllNotFoundException">It is not there or does not load; the message names the package to add.</exception>
    public static void Require()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (Environment.Is64BitProcess && e is NotSupportedException or TypeInitializationException or TypeLoadException or BadImageFormatException)
        {
            throw new DllNotFoundException(Message(typeof(torch).Assembly.GetName().Version!.ToString(3), WhatTheLoaderSays()));
        }
    }

    /// <summary>The error's text.</summary>
    /// <param name="version">The version of TorchSharp.</param>
    /// <param name="loader">What the system's loader says of the library, a line for each place or lack.</param>
    internal static string Message(string version, string loader)
    {
        var advice = "The native library of TorchSharp cannot be loaded. Add the package that holds it to the application: "
            + $"dotnet add package TorchSharp-cpu --version {version} (or, for a GPU, TorchSharp-cuda-linux or TorchSharp-cuda-windows).";
        var lack = loader.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Skip(1).FirstOrDefault(line => !SaysNotHere(line));
        return lack == null ? advice : $"{advice} If the application has it already, this is what it lacks: {lack.TrimEnd('.')}.";
    }

    // That the library is not in this folder or that one says no more than the advice.
    private static bool SaysNotHere(string line) =>
        line.Split(':')[0].Contains(Library, StringComparison.Ordinal) && line.Contains("no such file", StringComparison.OrdinalIgnoreCase);

    private static string WhatTheLoaderSays()
    {
        try
        {
            NativeLibrary.Load(Library, typeof(torch).Assembly, searchPath: null);
            return "";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }
}
