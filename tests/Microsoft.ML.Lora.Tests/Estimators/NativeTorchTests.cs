using System.Diagnostics;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>An application that references no package with TorchSharp's native library: one error, and it names the package to add.</summary>
[TestClass]
public sealed class NativeTorchTests
{
    private const string Advice = "Add the package that holds it to the application: dotnet add package TorchSharp-cpu --version ";

    [TestMethod]
    [DataRow("TrainingProcess", DisplayName = "training")]
    [DataRow("ModelLoader", DisplayName = "loading a saved model")]
    public void AProgramWithoutTheNativeLibraryIsToldWhichPackageToAdd(string program)
    {
        using var folder = new TemporaryFolder();
        using var tiny = new TinyBaseModel();
        CopyManagedParts(folder["program"]);
        var arguments = program == "ModelLoader" ? [SavedModel(tiny, folder["model.zip"]), "good"] : new[] { tiny.Directory, folder["checkpoints"], folder["result"] };
        var error = Run(Path.Combine(folder["program"], $"{program}.dll"), arguments, packages: folder["none"]);
        Assert.Contains($"DllNotFoundException: The native library of TorchSharp cannot be loaded. {Advice}", error);
        Assert.Contains("TorchSharp-cuda-linux or TorchSharp-cuda-windows", error);
        Assert.DoesNotContain("TypeInitializationException", error);
        Assert.DoesNotContain("NotSupportedException", error);
    }

    [TestMethod]
    public void WhatTheLibraryLacksItselfIsSaidToo()
    {
        const string notFound = "cannot open shared object file: No such file or directory";
        const string header = "Unable to load shared library 'LibTorchSharp' or one of its dependencies. Consider a tool like strace: ";
        var nowhere = $"{header}\n/app/LibTorchSharp.so: {notFound}\n/app/libLibTorchSharp.so: {notFound}\n\n";
        StringAssert.EndsWith(NativeTorch.Message("1.2.3", nowhere), "TorchSharp-cpu --version 1.2.3 (or, for a GPU, TorchSharp-cuda-linux or TorchSharp-cuda-windows).");
        foreach (var lack in (string[])["/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)",
            $"libtorch.so: {notFound}", "/app/libLibTorchSharp.so: undefined symbol: at_new"])
            StringAssert.EndsWith(NativeTorch.Message("1.2.3", $"{header}\n/app/LibTorchSharp.so: {notFound}\n{lack}\n"), $" this is what it lacks: {lack}.");
        Assert.DoesNotContain("lacks", NativeTorch.Message("1.2.3", "Unable to load DLL 'LibTorchSharp' or one of its dependencies: not found. (0x8007007E)"));
    }

    private static string SavedModel(TinyBaseModel tiny, string zip)
    {
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 60);
        ml.Model.Save(Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data), data.Schema, zip);
        return zip;
    }

    /// <summary>The programs beside the tests without native libraries, and without the list of what they consist of, which would miss them.</summary>
    private static void CopyManagedParts(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.GetFiles(AppContext.BaseDirectory).Where(path => path.EndsWith(".dll") || path.EndsWith(".runtimeconfig.json")))
            File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
    }

    /// <summary>Runs a program that is to fail; gives what it writes to the error stream.</summary>
    private static string Run(string program, string[] arguments, string packages)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // TorchSharp looks for its native library in the machine's package folder as well.
        start.Environment["NUGET_PACKAGES"] = packages;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreNotEqual(0, process.ExitCode, output.Result);
        return error;
    }
}
