using System.Net;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Lora;

/// <summary>Puts files on the hub in one commit: makes the repository, sends large files to its store, then commits.</summary>
internal sealed class HubUpload : IDisposable
{
    private const int SampleBytes = 512;
    private readonly HubSettings _settings;
    private readonly HubCommit _commit;
    private readonly HubHttp _http;
    private readonly HubRetry _retry;
    private readonly HubErrors _errors;
    private readonly HubApi _api;

    private HubUpload(HubSettings settings, HubCommit commit)
    {
        (_settings, _commit) = (settings, commit);
        _http = new(settings);
        _retry = new(settings.FirstDelay);
        _errors = new(settings, commit.Id, commit.Branch);
        _api = new(settings, _http, _retry, _errors);
    }

    /// <summary>Makes the commit.</summary>
    /// <returns>The commit's page.</returns>
    /// <exception cref="InvalidOperationException">There is no token, or HF_HUB_OFFLINE is set.</exception>
    public static async Task<Uri> RunAsync(HubSettings settings, HubCommit commit, CancellationToken cancellation)
    {
        using var upload = new HubUpload(settings, commit);
        if (settings.Token == null)
            throw new InvalidOperationException(
                $"To put files on the hub, set HF_TOKEN to a token that may write to '{commit.Id}' ({settings.Endpoint}settings/tokens).");
        return await upload.RunAsync(cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private async Task<Uri> RunAsync(CancellationToken cancellation)
    {
        await CreateRepositoryAsync(cancellation).ConfigureAwait(false);
        var files = await MayReplaceCardAsync(cancellation).ConfigureAwait(false) ? [.. _commit.Files, _commit.Card] : _commit.Files;
        var large = await LargeFilesAsync(files, cancellation).ConfigureAwait(false);
        var lfs = new LfsUpload(_settings, _api, _errors, _commit.Id);
        await lfs.RunAsync([.. files.Where(file => large.Contains(file.Name))], cancellation).ConfigureAwait(false);
        var uri = _settings.ApiOf($"models/{_commit.Id}/commit/{Uri.EscapeDataString(_commit.Branch)}");
        var answer = await _api.PostLinesAsync(uri, LinesOf(files, large), $"does not commit to '{_commit.Id}'", cancellation).ConfigureAwait(false);
        return answer?.String("commitOid") is { } commit && HubId.IsCommit(commit)
            ? new($"{_settings.PageOf(_commit.Id)}/commit/{commit}")
            : throw new InvalidDataException($"{_settings.Endpoint.Authority} does not say which commit it made of '{_commit.Id}'.");
    }

    /// <summary>Makes the repository where there is none. One that is there may be written to by users who may make none.</summary>
    private Task CreateRepositoryAsync(CancellationToken cancellation)
    {
        var names = _commit.Id.Split('/');
        return _api.PostAsync(_settings.ApiOf("repos/create"), new { type = "model", organization = names[0], name = names[1], @private = _commit.Private },
            $"does not make the repository '{_commit.Id}'", cancellation,
            passes: response => response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired);
    }

    /// <summary>Whether the repository has no model card, or one that may be replaced.</summary>
    private Task<bool> MayReplaceCardAsync(CancellationToken cancellation)
    {
        var request = new HubRequest(HttpMethod.Get, _settings.FileOf(_commit.Id, _commit.Branch, _commit.Card.Name));
        return _retry.RunAsync(async token =>
        {
            using var response = await _http.SendAsync(request, token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound) return true;
            _errors.ThrowIfFailed(response, $"does not show the model card of '{_commit.Id}'");
            var card = await HubBody.ReadAsync(response, 16 << 20, _settings.Silence, token).ConfigureAwait(false);
            return card.AsSpan().IndexOf(Encoding.UTF8.GetBytes(_commit.CardMark)) >= 0;
        }, cancellation);
    }

    /// <summary>The names of the files that the hub wants in its store of large files.</summary>
    private async Task<HashSet<string>> LargeFilesAsync(IReadOnlyList<HubUploadFile> files, CancellationToken cancellation)
    {
        var question = new
        {
            files = files.Select(file => new
            {
                path = file.Name,
                sample = Convert.ToBase64String(file.Content.AsSpan(0, Math.Min(SampleBytes, file.Content.Length))),
                size = file.Content.Length,
            }),
        };
        var uri = _settings.ApiOf($"models/{_commit.Id}/preupload/{Uri.EscapeDataString(_commit.Branch)}");
        var answer = await _api.PostAsync(uri, question, $"does not accept files for '{_commit.Id}'", cancellation).ConfigureAwait(false);
        var modes = answer?.Objects("files") ?? throw new InvalidDataException($"{uri.Authority} does not say how it wants files.");
        return modes.Where(file => file.String("uploadMode") == "lfs").Select(file => file.Require(file.String("path"), "path"))
            .ToHashSet(StringComparer.Ordinal);
    }

    private byte[] LinesOf(IReadOnlyList<HubUploadFile> files, HashSet<string> large)
    {
        var lines = new List<object> { new { key = "header", value = new { summary = _commit.Summary, description = "" } } };
        foreach (var file in files)
            lines.Add(large.Contains(file.Name)
                ? new { key = "lfsFile", value = new { path = file.Name, algo = "sha256", oid = file.Sha256, size = file.Content.Length } }
                : new { key = "file", value = new { path = file.Name, encoding = "base64", content = Convert.ToBase64String(file.Content) } });
        return Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => JsonSerializer.Serialize(line) + "\n")));
    }
}
