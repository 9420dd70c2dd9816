using System.Text.RegularExpressions;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>Names that mean given modules and no others, where a name also counts as the end of a path.</summary>
internal static class ExactNames
{
    /// <summary>The modules at <paramref name="paths"/> as targets: their paths, or an expression where one is also the end of another module's.</summary>
    public static ModuleSelection Targets(IReadOnlyCollection<string> paths, nn.Module model)
    {
        var sorted = paths.Order(StringComparer.Ordinal).ToList();
        var others = ModuleTree.Modules(model).Select(module => module.Path).Except(paths);
        return others.Any(other => sorted.Exists(path => other.EndsWith("." + path, StringComparison.Ordinal)))
            ? ModuleSelection.Matching(string.Join('|', sorted.Select(Regex.Escape))) : ModuleSelection.Named([.. sorted]);
    }

    /// <summary>
    /// The modules at <paramref name="paths"/> as modules to save, which PEFT finds by the end of their paths, even within a name: by their own names,
    /// their paths, or their paths in PEFT's model.
    /// </summary>
    public static IEnumerable<string> Saved(IReadOnlyCollection<string> paths, nn.Module model)
    {
        var others = ModuleTree.Modules(model).Select(module => PeftKeys.Prefix + module.Path).Except(paths.Select(path => PeftKeys.Prefix + path)).ToList();
        bool IsExact(string name) => !others.Exists(other => other.EndsWith(name, StringComparison.Ordinal));
        return paths.Select(path => new[] { ModuleTree.Split(path).Name, path }.FirstOrDefault(IsExact) ?? PeftKeys.Prefix + path).Distinct();
    }

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
