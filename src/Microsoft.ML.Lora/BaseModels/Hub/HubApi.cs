using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>Calls of the hub's programming interface that answer with JSON.</summary>
/// <param name="settings">How the hub is reached.</param>
/// <param name="http">Sends requests.</param>
/// <param name="retry">Repeats them.</param>
/// <param name="errors">Turns refusals into exceptions.</param>
internal sealed class HubApi(HubSettings settings, HubHttp http, HubRetry retry, HubErrors errors)
{
    private const string Json = "application/json";
    private const int MaxAnswerBytes = 8 << 20;

    /// <summary>Posts a value as JSON.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="value">The value.</param>
    /// <param name="what">What errors say the server does not do.</param>
    /// <param name="cancellation">Stops.</param>
    /// <param name="mediaType">The media type of both the value and the answer.</param>
    /// <param name="passes">Statuses that are no error although they are no success.</param>
    /// <returns>The answer; null where it is not an object or the status is one of <paramref name="passes"/>.</returns>
    public Task<JsonFields?> PostAsync(
        Uri uri, object value, string what, CancellationToken cancellation, string mediaType = Json, Func<HttpResponseMessage, bool>? passes = null) =>
        PostAsync(uri, JsonSerializer.SerializeToUtf8Bytes(value), mediaType, what, repeatable: true, passes, mediaType, cancellation);

    /// <summary>Posts lines of JSON, once only: an answer that got lost does not lead to a second request.</summary>
    public Task<JsonFields?> PostLinesAsync(Uri uri, byte[] lines, string what, CancellationToken cancellation) =>
        PostAsync(uri, lines, "application/x-ndjson", what, repeatable: false, passes: null, accept: Json, cancellation);

    /// <summary>Sends a body to an address that the hub named, which may be on another server.</summary>
    /// <returns>The etag of the answer, or null.</returns>
    public Task<string?> PutAsync(
        Uri uri, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> headers, string what, CancellationToken cancellation)
    {
        var request = new HubRequest(HttpMethod.Put, uri)
        {
            Content = () => new ReadOnlyMemoryContent(content),
            ContentLength = content.Length,
            Headers = headers,
        };
        return retry.RunAsync(async token =>
        {
            using var response = await http.SendAsync(request, token).ConfigureAwait(false);
            errors.ThrowIfFailed(response, what);
            return response.Headers.ETag?.ToString();
        }, cancellation);
    }

    private async Task<JsonFields?> PostAsync(Uri uri, byte[] body, string mediaType, string what, bool repeatable,
        Func<HttpResponseMessage, bool>? passes, string accept, CancellationToken cancellation)
    {
        var request = new HubRequest(HttpMethod.Post, uri)
        {
            Content = () => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
            ContentLength = body.Length,
            Accept = accept,
            StaysOnEndpoint = settings.IsEndpoint(uri),
            Repeatable = repeatable,
        };
        return await retry.RunAsync(async token =>
        {
            using var response = await http.SendAsync(request, token).ConfigureAwait(false);
            if (passes?.Invoke(response) == true) return null;
            errors.ThrowIfFailed(response, what, repeatable);
            var answer = await HubBody.ReadAsync(response, MaxAnswerBytes, settings.Silence, token).ConfigureAwait(false);
            return answer is [] or not [(byte)'{', ..] ? null : UntrustedJson.Parse(answer, $"{uri.Authority}'s answer", MaxAnswerBytes, maxDepth: 32);
        }, cancellation).ConfigureAwait(false);
    }
}
