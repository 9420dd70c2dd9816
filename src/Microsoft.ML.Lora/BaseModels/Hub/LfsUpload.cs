using System.Globalization;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>Sends files to the hub's store of large files, by git's protocol for them (LFS), whole or in parts as the store asks.</summary>
/// <param name="settings">How the hub is reached.</param>
/// <param name="api">Calls the hub.</param>
/// <param name="errors">Makes a server's texts fit for messages.</param>
/// <param name="id">The repository.</param>
internal sealed class LfsUpload(HubSettings settings, HubApi api, HubErrors errors, string id)
{
    private const string MediaType = "application/vnd.git-lfs+json";
    private const int MostParts = 10_000;

    /// <summary>Sends what the store has not got yet.</summary>
    /// <exception cref="InvalidDataException">The store's answer makes no sense.</exception>
    /// <exception cref="IOException">The store refuses.</exception>
    public async Task RunAsync(IReadOnlyList<HubUploadFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0) return;
        var bySha256 = files.DistinctBy(file => file.Sha256).ToDictionary(file => file.Sha256, StringComparer.Ordinal);
        var question = new
        {
            operation = "upload",
            transfers = new[] { "basic", "multipart" },
            objects = bySha256.Select(file => new { oid = file.Key, size = file.Value.Content.Length }),
            hash_algo = "sha256",
        };
        var answer = await api.PostAsync(new(settings.Endpoint, $"{id}.git/info/lfs/objects/batch"), question,
            $"does not accept large files for '{id}'", cancellation, MediaType).ConfigureAwait(false);
        foreach (var entry in answer?.Objects("objects") ?? throw Senseless())
        {
            if (entry.Object("error") is { } error)
                throw new IOException($"{settings.Endpoint.Authority} does not accept a large file for '{id}': "
                    + errors.Printable(error.String("message") ?? "no reason given"));
            if (entry.String("oid") is not { } oid || !bySha256.TryGetValue(oid, out var file)) throw Senseless();
            if (entry.Object("actions") is { } actions) await SendAsync(file, actions, cancellation).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(HubUploadFile file, JsonFields actions, CancellationToken cancellation)
    {
        if (actions.Object("upload") is not { } upload) return;
        var (address, header) = (AddressOf(upload), HeaderOf(upload));
        if (header.TryGetValue("chunk_size", out var text))
            await SendPartsAsync(file, address, header, text, cancellation).ConfigureAwait(false);
        else
            await api.PutAsync(address, file.Content, header, WhatFails(file), cancellation).ConfigureAwait(false);
        if (actions.Object("verify") is { } verify)
            await api.PostAsync(
                AddressOf(verify), new { oid = file.Sha256, size = file.Content.Length }, WhatFails(file), cancellation, MediaType).ConfigureAwait(false);
    }

    /// <summary>Sends the parts to the addresses under the headings 1, 2, …, then tells the store of their etags.</summary>
    private async Task SendPartsAsync(
        HubUploadFile file, Uri completion, IReadOnlyDictionary<string, string> header, string chunkSize, CancellationToken cancellation)
    {
        if (!int.TryParse(chunkSize, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 1) throw Senseless();
        var chunks = (int)Math.Min((file.Content.Length + (long)size - 1) / size, MostParts + 1);
        var addresses = header.Where(each => int.TryParse(each.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderBy(each => int.Parse(each.Key, CultureInfo.InvariantCulture)).Select(each => AddressOf(each.Value)).ToList();
        if (addresses.Count != chunks || chunks > MostParts) throw Senseless();
        var parts = new List<object>();
        for (var i = 0; i < chunks; i++)
        {
            var part = file.Content.AsMemory(i * size, Math.Min(size, file.Content.Length - i * size));
            var etag = await api.PutAsync(addresses[i], part, new Dictionary<string, string>(), WhatFails(file), cancellation).ConfigureAwait(false);
            parts.Add(new { partNumber = i + 1, etag = etag ?? throw Senseless() });
        }
        await api.PostAsync(completion, new { oid = file.Sha256, parts }, WhatFails(file), cancellation, MediaType).ConfigureAwait(false);
    }

    private Uri AddressOf(JsonFields action) => AddressOf(action.Require(action.String("href"), "href"));

    private Uri AddressOf(string href) => Uri.TryCreate(href, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp && settings.Endpoint.Scheme == Uri.UriSchemeHttp) ? uri : throw Senseless();

    private static Dictionary<string, string> HeaderOf(JsonFields action) => action.Object("header")?.All
        .Where(each => each.Value.ValueKind is System.Text.Json.JsonValueKind.String or System.Text.Json.JsonValueKind.Number)
        .ToDictionary(each => each.Name, each => each.Value.ToString(), StringComparer.Ordinal) ?? [];

    private string WhatFails(HubUploadFile file) => $"does not take {file.Name} for '{id}'";

    private InvalidDataException Senseless() => new($"{settings.Endpoint.Authority} answers what makes no sense on the upload of large files to '{id}'.");
}
