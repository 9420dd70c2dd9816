namespace Microsoft.ML.Lora;

/// <summary>Finds the base of a saved model; only a base whose digests agree is taken.</summary>
/// <param name="searchPath">The user's directories, which come first.</param>
/// <param name="bundled">The folders of bundled bases.</param>
/// <param name="hub">The Hugging Face cache and hub.</param>
internal sealed class BaseModelLocator(IReadOnlyList<string> searchPath, IReadOnlyList<string> bundled, HubSettings hub)
{
    private const string RecordedPlace = "where it lay when the model was saved";

    /// <inheritdoc cref="BaseModelReference.Resolve"/>
    public ResolvedBase Find(BaseModelReference reference)
    {
        var places = new LookedAt();
        string? difference = null;
        foreach (var (directory, what) in Candidates(reference))
        {
            if (what == RecordedPlace && IsNetworkOrDevice(directory))
                places.Add(directory, $"{what}; a path to a network, a device or another system that a file names is not followed");
            else if (!ResolvedBase.IsBase(directory))
                places.Add(directory, what);
            else if (TryOpen(directory, reference, ref difference) is { } found)
                return found;
            else
                places.Add(directory, $"{what}; not that base, or not whole");
        }
        if (reference.Kind == BaseModelKind.Hub && Download(reference, places, ref difference) is { } fetched) return fetched;
        if (difference != null) throw new InvalidDataException($"{difference} {places} {reference.HowToMend()}");
        throw new FileNotFoundException(
            $"The base model '{reference.Id}', which this model was trained on, was not found. {places} {reference.HowToMend()}");
    }

    /// <summary>Fetches the commit that is wanted, unless that is forbidden.</summary>
    private ResolvedBase? Download(BaseModelReference reference, LookedAt places, ref string? difference)
    {
        var page = hub.PageOf(reference.Id).ToString();
        if (hub.Offline)
        {
            places.Add(page, "hub; not asked, since HF_HUB_OFFLINE is set");
            return null;
        }
        try
        {
            var model = new HubBaseModel(reference.Id, reference.Revision ?? "main");
            var directory = model.DownloadAsync(hub, progress: null, CancellationToken.None).GetAwaiter().GetResult().Directory;
            if (TryOpen(directory, reference, ref difference) is { } found) return found;
            places.Add(page, "hub; not that base");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            places.Add(page, $"hub; {e.Message.TrimEnd('.')}");
        }
        return null;
    }

    private static ResolvedBase? TryOpen(string directory, BaseModelReference reference, ref string? difference)
    {
        try
        {
            var found = ResolvedBase.Open(directory, reference.Kind, reference.Id, reference.Revision);
            if (reference.FindDifference(found) is not { } problem) return found;
            difference ??= problem;
        }
        catch (FileNotFoundException)
        {
        }
        catch (InvalidDataException e)
        {
            difference ??= e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            difference ??= $"{directory} cannot be read: {e.Message}";
        }
        return null;
    }

    private IEnumerable<(string Directory, string What)> Candidates(BaseModelReference reference)
    {
        foreach (var entry in searchPath)
        {
            yield return (entry, "search path");
            yield return (Path.Combine(entry, reference.Id), "search path");
            foreach (var snapshot in SnapshotsIn(new(entry), reference)) yield return (snapshot, "search path");
        }
        if (reference.Directory is { } recorded) yield return (recorded, RecordedPlace);
        if (reference.Kind == BaseModelKind.Bundled)
            foreach (var root in bundled)
                yield return (Path.Combine(root, reference.Id), "bundled");
        if (reference.Kind != BaseModelKind.Hub) yield break;
        yield return (hub.Cache.FolderOf(reference.Id), "Hugging Face cache");
        foreach (var snapshot in SnapshotsIn(hub.Cache, reference)) yield return (snapshot, "Hugging Face cache");
    }

    /// <summary>The commit that is wanted first, then the others: a revision may have changed nothing but the model card.</summary>
    private static IEnumerable<string> SnapshotsIn(HubCache cache, BaseModelReference reference) => reference.Kind != BaseModelKind.Hub ? []
        : cache.Commits(reference.Id).OrderBy(commit => commit != reference.Revision).Select(commit => cache.SnapshotOf(reference.Id, commit));

    /// <summary>Whether a path leads off this machine's disks: opening it could send the user's credentials to a stranger's server.</summary>
    private static bool IsNetworkOrDevice(string path) =>
        path.StartsWith(@"\\", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal) || !Path.IsPathFullyQualified(path);
}
