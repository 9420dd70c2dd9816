namespace Microsoft.ML.Lora;

/// <summary>The bases that come with the library: folders under <c>models</c> beside its assembly.</summary>
internal static class BundledModels
{
    public const string FolderName = "models";

    /// <summary>The folders that may hold bases: beside the assembly, and, where an assembly has no file of its own, beside the program.</summary>
    public static IReadOnlyList<string> Roots { get; } = FindRoots(Path.GetDirectoryName(typeof(BundledModels).Assembly.Location));

    /// <summary>The names of the bases that are there, sorted.</summary>
    public static IReadOnlyList<string> Names() =>
        [.. Roots.Where(Directory.Exists).SelectMany(Directory.GetDirectories).Where(ResolvedBase.IsBase).Select(Path.GetFileName)
            .OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private static List<string> FindRoots(string? assemblyFolder)
    {
        string?[] folders = [assemblyFolder, AppContext.BaseDirectory];
        return [.. folders.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.Combine(Path.GetFullPath(folder!), FolderName)).Distinct()];
    }
}
