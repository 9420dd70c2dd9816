using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>Asks the hub what a model has.</summary>
/// <param name="settings">How the hub is reached.</param>
/// <param name="http">Sends requests.</param>
/// <param name="retry">Repeats them.</param>
/// <param name="id">The model.</param>
/// <param name="revision">A branch, a tag or a commit.</param>
internal sealed class HubReader(HubSettings settings, HubHttp http, HubRetry retry, string id, string revision)
{
    private const int MaxListingBytes = 32 << 20;
    private const long MaxFileLength = 1L << 42;

    /// <summary>Turns refusals into exceptions.</summary>
    public HubErrors Errors { get; } = new(settings, id, revision);

    /// <summary>The commit that the revision stands for, and its files.</summary>
    public async Task<HubListing> ListAsync(CancellationToken cancellation)
    {
        var uri = settings.ApiOf($"models/{id}/revision/{Uri.EscapeDataString(revision)}");
        var request = new HubRequest(HttpMethod.Get, uri) { StaysOnEndpoint = true, Accept = "application/json" };
        var json = await retry.RunAsync(async token =>
        {
            using var response = await http.SendAsync(request, token).ConfigureAwait(false);
            Errors.ThrowIfFailed(response, $"does not list the model '{id}' at '{revision}'");
            return await HubBody.ReadAsync(response, MaxListingBytes, settings.Silence, token).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
        var fields = UntrustedJson.Parse(json, $"{settings.Endpoint.Authority}'s answer on '{id}'", MaxListingBytes, maxDepth: 64);
        var commit = fields.Require(fields.String("sha"), "sha");
        if (!HubId.IsCommit(commit)) throw fields.Wrong("sha", "a commit");
        var files = fields.Require(fields.Objects("siblings"), "siblings");
        return new(id, commit, files.Select(file => file.Require(file.String("rfilename"), "rfilename")).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The etag and the length of a file.</summary>
    /// <exception cref="InvalidDataException">The server is not a hub: it gives none.</exception>
    public async Task<HubFile> DescribeAsync(string name, string commit, CancellationToken cancellation)
    {
        var request = new HubRequest(HttpMethod.Head, settings.FileOf(id, commit, name)) { StaysOnEndpoint = true };
        return await retry.RunAsync(async token =>
        {
            using var response = await http.SendAsync(request, token).ConfigureAwait(false);
            if (!HubHttp.IsRedirect(response)) Errors.ThrowIfFailed(response, $"does not give {name}");
            return FileOf(name, response);
        }, cancellation).ConfigureAwait(false);
    }

    private HubFile FileOf(string name, HttpResponseMessage response)
    {
        var etag = TextOf(response, "X-Linked-Etag") ?? TextOf(response, "ETag");
        var length = TextOf(response, "X-Linked-Size") ?? (HubHttp.IsRedirect(response) ? null : response.Content.Headers.ContentLength?.ToString());
        var plain = etag?.StartsWith("W/", StringComparison.Ordinal) == true ? etag[2..].Trim('"') : etag?.Trim('"');
        if (plain == null || !HubFile.IsEtag(plain) || !long.TryParse(length, out var bytes) || bytes is < 0 or > MaxFileLength)
            throw new InvalidDataException($"{settings.Endpoint.Authority} gives no usable etag and length for {name} of '{id}', so the file could not be "
                + "checked. Is HF_ENDPOINT the address of a Hugging Face hub?");
        return new(name, plain, bytes);
    }

    private static string? TextOf(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) ? values.First() : null;
}
