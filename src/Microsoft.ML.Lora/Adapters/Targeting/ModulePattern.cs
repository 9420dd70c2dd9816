namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>
/// What a configuration gives single modules: the keys are expressions that match a module's path or its end after a dot, and the first that matches
/// counts.
/// </summary>
internal sealed class ModulePattern<T>(IReadOnlyDictionary<string, T> pattern, string field)
    where T : struct
{
    private readonly List<Entry> _entries = [.. pattern.Select(each => new Entry(each.Key, Expressions.End(each.Key, field), each.Value))];

    /// <summary>What the module at <paramref name="path"/> is given; null where no key matches it.</summary>
    public T? At(string path) => First(_entries, path);

    /// <summary>
    /// A pattern that gives the modules at <paramref name="paths"/> the same, sorted or not: PEFT sorts the keys when it saves them.
    /// </summary>
    public IReadOnlyDictionary<string, T> InAnyOrder(IReadOnlyCollection<string> paths)
    {
        var sorted = _entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        if (paths.All(path => Equals(First(_entries, path), First(sorted, path)))) return pattern;
        return paths.Order(StringComparer.Ordinal).Where(path => At(path) is not null)
            .ToDictionary(path => ExactNames.PatternKey(path, paths), path => At(path)!.Value);
    }

    private static T? First(List<Entry> entries, string path) => entries.Find(entry => entry.Matches(path))?.Value;

    private sealed record Entry(string Key, Func<string, bool> Matches, T Value);
}
