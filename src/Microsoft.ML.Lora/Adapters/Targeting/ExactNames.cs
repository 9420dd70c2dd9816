using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>Names that mean given modules and no others, where a name also counts as the end of a path.</summary>
internal static class ExactNames
{
    /// <summary>A key for rank_pattern and alpha_pattern that matches <paramref name="path"/> and no other of <paramref name="paths"/>.</summary>
    public static string PatternKey(string path, IReadOnlyCollection<string> paths)
    {
        // PEFT before 0.15 knows a whole path only as it stands, without an anchor or escapes.
        var escaped = Regex.Escape(path);
        if (escaped.Replace(@"\.", ".", StringComparison.Ordinal) != path) return "^" + escaped;
        var matches = Expressions.End(path, nameof(LoraConfig.RankPattern));
        return paths.Any(other => other != path && matches(other)) ? "^" + escaped : path;
    }
}
