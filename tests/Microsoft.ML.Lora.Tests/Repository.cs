namespace Microsoft.ML.Lora.Tests;

/// <summary>Finds the repository's own files.</summary>
internal static class Repository
{
    /// <summary>Whether the tests were built from the stand-ins.</summary>
    public static bool IsOfflineBuild => File.Exists(Path.Combine(AppContext.BaseDirectory, "libTorchSharpStandIn.so"));

    /// <summary>The path of a file of the repository; the test is inconclusive where the tests were not built within it.</summary>
    public static string Require(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MlNetLora.sln"))) return Path.Combine([folder.FullName, .. parts]);
        Assert.Inconclusive($"The tests were not built within the repository: no MlNetLora.sln above {AppContext.BaseDirectory}");
        return "";
    }
}
