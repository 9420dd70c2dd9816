using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora;

/// <summary>Brings a model's files from the hub into the cache.</summary>
internal sealed class HubDownload : IDisposable
{
    private readonly HubSettings _settings;
    private readonly HubHttp _http;
    private readonly HubReader _reader;
    private readonly HubFileFetch _fetch;
    private readonly string _id;
    private readonly string _revision;

    private HubDownload(HubSettings settings, string id, string revision)
    {
        (_settings, _id, _revision) = (settings, id, revision);
        _http = new(settings);
        var retry = new HubRetry(settings.FirstDelay);
        _reader = new(settings, _http, retry, id, revision);
        _fetch = new(settings, _http, retry, _reader.Errors);
    }

    /// <summary>Fetches what the cache lacks of a model, and replaces what is damaged.</summary>
    /// <param name="settings">How the hub is reached and where the cache is.</param>
    /// <param name="id">The model.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="progress">Told how far it has come; null for nobody.</param>
    /// <param name="cancellation">Stops; what has come so far is kept for the next time.</param>
    /// <returns>The commit, whose snapshot in the cache now is whole.</returns>
    public static async Task<string> RunAsync(
        HubSettings settings, string id, string revision, IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        using var download = new HubDownload(settings, id, revision);
        return await download.RunAsync(progress, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> RunAsync(IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        var listing = await _reader.ListAsync(cancellation).ConfigureAwait(false);
        var files = await DescribeAsync(listing, cancellation).ConfigureAwait(false);
        var meter = new HubProgressMeter(progress, files);
        foreach (var file in files) await EnsureAsync(file, listing.Commit, meter, cancellation).ConfigureAwait(false);
        if (!listing.Files.Contains(VocabularyForm.ConfigName)) _settings.Cache.SetAbsent(_id, listing.Commit, VocabularyForm.ConfigName);
        _settings.Cache.SetCommit(_id, _revision, listing.Commit);
        return listing.Commit;
    }

    /// <summary>All files of the base, those that an index of weights lists included.</summary>
    private async Task<IReadOnlyList<HubFile>> DescribeAsync(HubListing listing, CancellationToken cancellation)
    {
        var files = new List<HubFile> { await FetchConfigurationAsync(listing, cancellation).ConfigureAwait(false) };
        foreach (var name in listing.NeededFiles()) files.Add(await _reader.DescribeAsync(name, listing.Commit, cancellation).ConfigureAwait(false));
        if (files[^1] is not { Name: ResolvedBase.IndexName } index) return files;
        await EnsureAsync(index, listing.Commit, new HubProgressMeter(null, [index]), cancellation).ConfigureAwait(false);
        var parts = SafetensorsSet.FilesOf(Path.Combine(_settings.Cache.SnapshotOf(_id, listing.Commit), index.Name));
        if (parts.FirstOrDefault(part => !listing.Files.Contains(part)) is { } absent)
            throw new InvalidDataException($"The model '{_id}' on the hub, commit {listing.Commit}, lacks {absent}, which its {index.Name} lists.");
        foreach (var part in parts) files.Add(await _reader.DescribeAsync(part, listing.Commit, cancellation).ConfigureAwait(false));
        return files;
    }

    /// <summary>Fetches config.json before all else: a model of another family is refused before its weights are fetched.</summary>
    private async Task<HubFile> FetchConfigurationAsync(HubListing listing, CancellationToken cancellation)
    {
        listing.RequireConfiguration();
        var file = await _reader.DescribeAsync(ResolvedBase.ConfigName, listing.Commit, cancellation).ConfigureAwait(false);
        await EnsureAsync(file, listing.Commit, new HubProgressMeter(null, [file]), cancellation).ConfigureAwait(false);
        try
        {
            EncoderFamily.Find(Path.Combine(_settings.Cache.SnapshotOf(_id, listing.Commit), file.Name));
        }
        catch (InvalidDataException e)
        {
            throw listing.NotABase(e.Message.TrimEnd('.'));
        }
        return file;
    }

    /// <summary>Sees that the snapshot has a file, and that it is sound.</summary>
    private async Task EnsureAsync(HubFile file, string commit, HubProgressMeter meter, CancellationToken cancellation)
    {
        var cache = _settings.Cache;
        using var mine = await CacheLock.TakeAsync(cache.LockOf(_id, file.Etag), cancellation).ConfigureAwait(false);
        var blob = cache.BlobOf(_id, file.Etag);
        meter.Begin(file);
        var isNew = !IsSound(file, blob);
        if (isNew)
        {
            if (IsSound(file, Path.Combine(cache.SnapshotOf(_id, commit), file.Name)))
            {
                meter.End();
                return;
            }
            if (File.Exists(blob)) File.Delete(blob);
            await _fetch.FetchAsync(file, _settings.FileOf(_id, commit, file.Name), blob, meter.Report, cancellation).ConfigureAwait(false);
        }
        cache.Place(_id, file.Etag, commit, file.Name, _settings.Links, isNew);
        meter.End();
    }

    private static bool IsSound(HubFile file, string path) => File.Exists(path) && file.FindDifference(path) == null;
}
