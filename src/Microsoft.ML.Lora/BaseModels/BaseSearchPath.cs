using System.Collections.Immutable;

namespace Microsoft.ML.Lora;

/// <summary>The directories of <see cref="BaseModel.SearchPath"/>.</summary>
internal static class BaseSearchPath
{
    public const string Variable = "MLNETLORA_BASE_PATH";

    public static ImmutableArray<string> FromEnvironment(Func<string, string?> environment) =>
        [.. (environment(Variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Path.GetFullPath)];

    public static ImmutableArray<string> Normalise(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (var path in paths) ArgumentException.ThrowIfNullOrWhiteSpace(path, nameof(paths));
        return [.. paths.Select(Path.GetFullPath)];
    }
}
