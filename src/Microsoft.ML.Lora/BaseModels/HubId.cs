using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora;

/// <summary>What ids and revisions on the Hugging Face hub look like. Both become parts of paths, so nothing else may pass.</summary>
internal static partial class HubId
{
    /// <summary>Whether a text is <c>owner/name</c>, or <c>name</c> alone as the hub's oldest models have it.</summary>
    public static bool IsId(string id) =>
        Id().IsMatch(id) && !id.Contains("--", StringComparison.Ordinal) && !id.Contains("..", StringComparison.Ordinal);

    /// <summary>Whether a text can be a branch, a tag, a pull request's reference or a commit.</summary>
    public static bool IsRevision(string revision) =>
        revision.Length <= 255 && Revision().IsMatch(revision) && !revision.Contains("..", StringComparison.Ordinal);

    /// <summary>Whether a text is a whole commit hash.</summary>
    public static bool IsCommit(string text) => Commit().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95})?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Revision();

    [GeneratedRegex("^[0-9a-f]{40}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();
}
