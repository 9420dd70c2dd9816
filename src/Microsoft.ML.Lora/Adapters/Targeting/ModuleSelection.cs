using System.Collections;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// How an adapter says which modules it means: a list of names, each matched whole or as the end of a module's path after a dot; an
/// expression that matches the whole path; or every linear layer. A collection expression of names makes one: <c>["query", "value"]</c>.
/// </summary>
[CollectionBuilder(typeof(ModuleSelection), nameof(Named))]
public sealed class ModuleSelection : IEnumerable<string>, IEquatable<ModuleSelection>
{
    private const string AllLinearWord = "all-linear";

    private ModuleSelection(IReadOnlyList<string>? names, string? pattern) => (Names, Pattern) = (names, pattern);

    /// <summary>Every linear layer but the model's output layer and the modules to save; in files the word "all-linear".</summary>
    public static ModuleSelection AllLinear { get; } = new(null, null);

    /// <summary>The names; null where there is an expression, or all linear layers are meant.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The regular expression; null where there are names, or all linear layers are meant.</summary>
    public string? Pattern { get; }

    /// <summary>Whether all linear layers are meant.</summary>
    public bool IsAllLinear => Names is null && Pattern is null;

    /// <summary>Modules by name.</summary>
    public static ModuleSelection Named(ReadOnlySpan<string> names) => new(names.ToArray(), null);

    /// <summary>Modules whose whole path a regular expression matches; the word "all-linear" means every linear layer.</summary>
    public static ModuleSelection Matching(string pattern)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        return pattern.Equals(AllLinearWord, StringComparison.OrdinalIgnoreCase) ? AllLinear : new(null, pattern);
    }

    /// <summary>Modules by name.</summary>
    public static implicit operator ModuleSelection(string[] names) => Named(names);

    /// <summary>The names; none where there is an expression.</summary>
    public IEnumerator<string> GetEnumerator() => (Names ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ModuleSelection? other) =>
        other is not null && Pattern == other.Pattern && (Names is null == other.Names is null) && (Names ?? []).SequenceEqual(other.Names ?? []);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModuleSelection);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As in a configuration file.</summary>
    public override string ToString() => Names is not null ? string.Join(", ", Names) : Pattern ?? AllLinearWord;
}
