namespace Microsoft.ML.Lora;

/// <summary>A base on the Hugging Face hub, found in the search path or in the local cache.</summary>
internal sealed class HubBaseModel : BaseModel
{
    private readonly string _id;
    private readonly string _revision;

    public HubBaseModel(string id, string revision)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(revision);
        if (!HubId.IsId(id))
            throw new ArgumentException($"'{id}' is not an id on the Hugging Face hub; one looks like FacebookAI/roberta-base.", nameof(id));
        if (!HubId.IsRevision(revision))
            throw new ArgumentException($"'{revision}' is not a revision; give a branch, a tag or a commit.", nameof(revision));
        _id = id;
        _revision = revision;
    }

    public override string ToString() => _revision == "main" ? _id : $"{_id}@{_revision}";

    internal override ResolvedBase Resolve() => Resolve(SearchPath, HubCache.Default);

    internal ResolvedBase Resolve(IReadOnlyList<string> searchPath, HubCache cache)
    {
        var places = new LookedAt();
        foreach (var entry in searchPath)
        {
            var directory = Path.Combine(entry, _id);
            if (ResolvedBase.IsBase(directory)) return ResolvedBase.Open(directory, BaseModelKind.Hub, _id, _revision);
            places.Add(directory, "search path");
            if (FindIn(new(entry)) is { } onPath) return onPath;
        }
        if (FindIn(cache) is { } cached) return cached;
        places.Add(cache.FolderOf(_id), "Hugging Face cache");
        throw new FileNotFoundException($"The base model '{this}' is not on this machine. {places} To mend it: {DownloadCommand(_id, _revision)}");
    }

    /// <summary>The command that fetches a model into the Hugging Face cache.</summary>
    internal static string DownloadCommand(string id, string? revision) =>
        revision is null or "main" ? $"hf download {id}" : $"hf download {id} --revision {revision}";

    private ResolvedBase? FindIn(HubCache cache)
    {
        if (cache.CommitOf(_id, _revision) is not { } commit) return null;
        var snapshot = cache.SnapshotOf(_id, commit);
        return Directory.Exists(snapshot) ? ResolvedBase.Open(snapshot, BaseModelKind.Hub, _id, commit) : null;
    }
}
