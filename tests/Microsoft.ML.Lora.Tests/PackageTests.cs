using System.Diagnostics;
using System.IO.Compression;

namespace Microsoft.ML.Lora.Tests;

/// <summary>What <c>dotnet pack</c> gives in the build that the tests were built in.</summary>
[TestClass]
public class PackageTests
{
    private static readonly string[] Needed =
    [
        "lib/net10.0/Microsoft.ML.Lora.dll", "lib/net10.0/Microsoft.ML.Lora.xml", "README.md", "LICENSE", "buildTransitive/MlNetLora.targets",
        "models/tiny-english/config.json", "models/tiny-english/vocab.json", "models/tiny-english/merges.txt", "models/tiny-english/model.safetensors", "models/tiny-english/README.md", "models/tiny-english/LICENSE",
    ];

    [TestMethod]
    public void TheRealBuildIsPackedWithoutTheStubAndTheOfflineBuildNotAtAll()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output) = Pack(folder.Root);
        var packages = Directory.GetFiles(folder.Root);
        if (Repository.IsOfflineBuild)
        {
            Assert.AreNotEqual(0, exitCode, output);
            Assert.Contains("nothing built against stand-ins may be packed", output);
            Assert.IsEmpty(packages);
            return;
        }

        Assert.AreEqual(0, exitCode, output);
        Assert.HasCount(1, packages);
        StringAssert.StartsWith(Path.GetFileName(packages[0]), "MlNetLora.");
        using var package = ZipFile.OpenRead(packages[0]);
        var names = package.Entries.Select(entry => entry.FullName).ToHashSet();
        foreach (var name in Needed) Assert.Contains(name, names);
        Assert.HasCount(1, names.Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).ToArray());
        using var nuspec = new StreamReader(package.GetEntry("MlNetLora.nuspec")!.Open());
        Assert.Contains("<license type=\"expression\">MIT AND Apache-2.0</license>", nuspec.ReadToEnd());
    }

    private static (int ExitCode, string Output) Pack(string folder)
    {
        var library = Repository.Require("src", "Microsoft.ML.Lora", "Microsoft.ML.Lora.csproj");
        // Built as artifacts/bin/Microsoft.ML.Lora.Tests/<configuration>.
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var start = new ProcessStartInfo("dotnet", ["pack", library, "--no-build", "-c", here.Name, "-o", folder, "--nologo", "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["MLNETLORA_STANDINS"] = Repository.IsOfflineBuild ? "1" : "0";
        start.Environment["ArtifactsPath"] = here.Parent!.Parent!.Parent!.FullName;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
