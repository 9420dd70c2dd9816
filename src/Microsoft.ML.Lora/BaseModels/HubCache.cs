namespace Microsoft.ML.Lora;

/// <summary>
/// The cache that Hugging Face's tools keep on a machine: <c>models--owner--name/</c> with <c>refs/</c> (branch to commit) and
/// <c>snapshots/commit/</c> (the files).
/// </summary>
/// <param name="root">The cache's folder.</param>
internal sealed partial class HubCache(string root)
{
    private const int CommitLength = 40;

    /// <summary>The cache's folder.</summary>
    public string Root => root;

    /// <summary>The folder by the rules of Hugging Face's own library: HF_HUB_CACHE, or hub under HF_HOME, or under ~/.cache/huggingface.</summary>
    /// <param name="environment">Gives an environment variable's value or null.</param>
    public static string FindRoot(Func<string, string?> environment) => HubHome.PathIn(environment, "HF_HUB_CACHE")
        ?? HubHome.PathIn(environment, "HUGGINGFACE_HUB_CACHE")
        ?? Path.Combine(HubHome.Find(environment), "hub");

    /// <summary>Where a model lies in the cache, whether it does or not.</summary>
    /// <param name="id">An id that <see cref="HubId.IsId"/> accepts.</param>
    public string FolderOf(string id) => Path.Combine(root, FolderName(id));

    /// <summary>The commit a revision stands for, as far as the cache knows, or null.</summary>
    public string? CommitOf(string id, string revision)
    {
        var reference = Path.Combine(FolderOf(id), "refs", revision);
        if (File.Exists(reference) && ReadCommit(reference) is { } commit) return commit;
        return HubId.IsCommit(revision) && Directory.Exists(SnapshotOf(id, revision)) ? revision : null;
    }

    /// <summary>Where the files of a commit lie, whether they do or not.</summary>
    public string SnapshotOf(string id, string commit) => Path.Combine(FolderOf(id), "snapshots", commit);

    /// <summary>The commits of a model that the cache has, whole or in part.</summary>
    public IReadOnlyList<string> Commits(string id)
    {
        var snapshots = Path.Combine(FolderOf(id), "snapshots");
        return !Directory.Exists(snapshots) ? []
            : [.. Directory.GetDirectories(snapshots).Select(Path.GetFileName).OfType<string>().Where(HubId.IsCommit).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether the cache knows that the hub has no such file at a commit.</summary>
    public bool KnowsAbsent(string id, string commit, string fileName) => File.Exists(AbsenceOf(id, commit, fileName));

    private string AbsenceOf(string id, string commit, string fileName) => Path.Combine(FolderOf(id), ".no_exist", commit, fileName);

    private static string FolderName(string id) => $"models--{id.Replace("/", "--", StringComparison.Ordinal)}";

    private static string? ReadCommit(string reference)
    {
        using var reader = new StreamReader(reference);
        var text = new char[CommitLength + 2];
        var commit = new string(text, 0, reader.ReadBlock(text)).TrimEnd();
        return HubId.IsCommit(commit) ? commit : null;
    }
}
