namespace Microsoft.ML.Lora;

/// <summary>A base on the Hugging Face hub, found in the search path or in the local cache, or else fetched into the cache.</summary>
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

    internal override ResolvedBase Resolve(IProgress<HubProgress>? progress = null, CancellationToken cancellation = default) =>
        Resolve(SearchPath, HubSettings.Current, progress, cancellation);

    internal ResolvedBase Resolve(
        IReadOnlyList<string> searchPath, HubSettings settings, IProgress<HubProgress>? progress = null, CancellationToken cancellation = default)
    {
        var places = new LookedAt();
        foreach (var entry in searchPath)
        {
            var directory = Path.Combine(entry, _id);
            if (ResolvedBase.IsBase(directory)) return ResolvedBase.Open(directory, BaseModelKind.Hub, _id, _revision);
            places.Add(directory, "search path");
            if (FindIn(new(entry), out _) is { } onPath) return onPath;
        }
        var cached = FindIn(settings.Cache, out var problem);
        if (cached is not null && (settings.Offline || HubSnapshot.IsComplete(settings.Cache, cached))) return cached;
        places.Add(settings.Cache.FolderOf(_id), "Hugging Face cache");
        if (!settings.Offline) return Fetch(settings, cached, places, progress, cancellation);
        var message = $"The base model '{this}' is not whole on this machine, and HF_HUB_OFFLINE forbids fetching it. {Space(problem?.Message)}{places} "
            + $"To mend it: unset HF_HUB_OFFLINE, or, on a machine with a connection, {DownloadCommand(_id, _revision)}";
        throw problem is InvalidDataException ? new InvalidDataException(message) : new FileNotFoundException(message);
    }

    /// <summary>Brings the model into the cache; a commit that is there whole is not asked for.</summary>
    internal async Task<ResolvedBase> DownloadAsync(HubSettings settings, IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        if (settings.Offline) return Resolve([], settings);
        if (HubId.IsCommit(_revision) && FindIn(settings.Cache, out _) is { } cached && HubSnapshot.IsComplete(settings.Cache, cached)) return cached;
        var commit = await HubDownload.RunAsync(settings, _id, _revision, progress, cancellation).ConfigureAwait(false);
        return ResolvedBase.Open(settings.Cache.SnapshotOf(_id, commit), BaseModelKind.Hub, _id, commit);
    }

    // What is in the cache, and can be used though it may lack settings, is taken where the hub cannot be asked or no longer gives it.
    private ResolvedBase Fetch(HubSettings settings, ResolvedBase? cached, LookedAt places, IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            return DownloadAsync(settings, progress, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception e) when (cached is not null && e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return cached;
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            throw new IOException($"The base model '{this}' is not whole on this machine, and it could not be fetched. {e.Message} {places}", e);
        }
    }

    /// <summary>The command that fetches a model into the Hugging Face cache.</summary>
    internal static string DownloadCommand(string id, string? revision) =>
        revision is null or "main" ? $"hf download {id}" : $"hf download {id} --revision {revision}";

    /// <summary>The model in a cache, if it is there whole and undamaged; otherwise what is wrong with it, or null where it is not there at all.</summary>
    private ResolvedBase? FindIn(HubCache cache, out Exception? problem)
    {
        problem = null;
        if (cache.CommitOf(_id, _revision) is not { } commit) return null;
        var directory = cache.SnapshotOf(_id, commit);
        problem = HubSnapshot.FindProblem(directory, _id, commit);
        return problem == null ? ResolvedBase.Open(directory, BaseModelKind.Hub, _id, commit) : null;
    }

    private static string Space(string? sentence) => sentence == null ? "" : sentence + " ";
}
