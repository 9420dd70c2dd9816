namespace Microsoft.ML.Lora.Tests;

/// <summary>Finds the folder <c>shared</c> beside the repository: reference files that are not part of it.</summary>
internal static class Shared
{
    /// <summary>The path of a file or folder under <c>shared</c>, or null where there is none.</summary>
    public static string? Find(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
            if (FindUnder(folder.FullName, parts) is { } path)
                return path;
        return null;
    }

    /// <summary>The path of a file or folder under <c>shared</c>; the test is inconclusive where there is none.</summary>
    public static string Require(params string[] parts)
    {
        if (Find(parts) is { } path) return path;
        Assert.Inconclusive($"../shared is not here: no {Path.Combine(["shared", .. parts])} in a folder above {AppContext.BaseDirectory}");
        return "";
    }

    private static string? FindUnder(string folder, string[] parts)
    {
        var path = Path.Combine([folder, "shared", .. parts]);
        return Path.Exists(path) ? path : null;
    }
}
