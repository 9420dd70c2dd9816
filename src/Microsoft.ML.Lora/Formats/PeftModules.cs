namespace Microsoft.ML.Lora.Formats;

/// <summary>
/// How an adapter configuration names modules: a list of names, each matched whole or as the end of a module's path, or one text, which is a
/// regular expression for the whole path or the word "all-linear". The text comes from a file: match it with a time limit.
/// </summary>
internal sealed record PeftModules
{
    /// <summary>The names, or null where <see cref="Pattern"/> is given.</summary>
    public IReadOnlyList<string>? Names { get; private init; }

    /// <summary>The regular expression or "all-linear", or null where <see cref="Names"/> is given.</summary>
    public string? Pattern { get; private init; }

    public static PeftModules Named(params IReadOnlyList<string> names) => new() { Names = names };

    public static PeftModules Matching(string pattern) => new() { Pattern = pattern };

    public override string ToString() => Pattern ?? $"[{string.Join(", ", Names!)}]";
}
