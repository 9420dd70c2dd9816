using System.Net;
using System.Net.Http.Headers;

namespace Microsoft.ML.Lora;

/// <summary>
/// The one place that opens connections. It follows redirects itself: the token goes to the endpoint's own server, and once a redirect has led
/// elsewhere, no further request of that exchange carries it.
/// </summary>
internal sealed class HubHttp : IDisposable
{
    private const int MostRedirects = 10;
    private const int MostConnectRetries = 2;
    private const int SlowestUpload = 50_000;
    private static readonly ProductInfoHeaderValue s_agent =
        new("MlNetLora", typeof(HubHttp).Assembly.GetName().Version?.ToString(3));

    private readonly HubSettings _settings;
    private readonly HttpClient _client;

    /// <exception cref="InvalidOperationException">The settings say offline.</exception>
    public HubHttp(HubSettings settings)
    {
        if (settings.Offline) throw new InvalidOperationException("HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) is set, so nothing is asked of the hub.");
        _settings = settings;
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = settings.Silence })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends a request and follows its redirects; the answer's body is still to be read.</summary>
    /// <exception cref="HubTransientException">A server cannot be reached or does not answer, and asking again does no harm.</exception>
    /// <exception cref="IOException">A server cannot be reached, or redirects in a way that is not followed.</exception>
    public async Task<HttpResponseMessage> SendAsync(HubRequest request, CancellationToken cancellation)
    {
        var uri = request.Uri;
        var mayCarryToken = true;
        for (var redirects = 0; ; redirects++)
        {
            mayCarryToken &= _settings.IsEndpoint(uri);
            var response = await SendOnceAsync(request, uri, mayCarryToken, cancellation).ConfigureAwait(false);
            if (NextOf(response, uri, request) is not { } next) return response;
            response.Dispose();
            if (redirects == MostRedirects) throw new IOException($"{request.Uri.Authority} redirects more than {MostRedirects} times.");
            uri = next;
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Whether an answer sends the asker elsewhere.</summary>
    public static bool IsRedirect(HttpResponseMessage response) => response.Headers.Location != null
        && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>Whether a redirect says itself what file it leads to; the store that it leads to need not.</summary>
    private static bool TellsOfFile(HttpResponseMessage response) =>
        response.Headers.Contains("X-Linked-Etag") && response.Headers.Contains("X-Linked-Size");

    private async Task<HttpResponseMessage> SendOnceAsync(HubRequest request, Uri uri, bool withToken, CancellationToken cancellation)
    {
        using var message = MessageOf(request, uri, withToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_settings.Silence + TimeSpan.FromSeconds(request.ContentLength / SlowestUpload));
        try
        {
            return await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failure(new IOException($"{uri.Authority} does not answer."), request.Repeatable, MostConnectRetries);
        }
        catch (HttpRequestException e)
        {
            var final = new IOException($"{uri.Authority} cannot be reached: {e.Message.TrimEnd('.')}. "
                + "Check the network, HF_ENDPOINT and, where a proxy is needed, HTTPS_PROXY.", e);
            var wasConnected = e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse or HttpRequestError.Unknown;
            throw Failure(final, request.Repeatable, wasConnected ? int.MaxValue : MostConnectRetries);
        }
    }

    private static Exception Failure(IOException final, bool repeatable, int mostRetries) =>
        repeatable ? new HubTransientException(final, mostRetries) : final;

    private HttpRequestMessage MessageOf(HubRequest request, Uri uri, bool withToken)
    {
        var message = new HttpRequestMessage(request.Method, uri) { Content = request.Content?.Invoke() };
        message.Headers.UserAgent.Add(s_agent);
        message.Headers.AcceptEncoding.Add(new("identity"));
        if (request.Accept != null) message.Headers.Accept.Add(new(request.Accept));
        if (request.From > 0) message.Headers.Range = new(request.From, null);
        foreach (var (name, value) in request.Headers)
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        if (withToken && _settings.Token is { } token) message.Headers.Authorization = token.Header;
        return message;
    }

    /// <summary>Where an answer sends the asker; null where it does not, or where the request does not follow.</summary>
    private Uri? NextOf(HttpResponseMessage response, Uri from, HubRequest request)
    {
        if (!IsRedirect(response)) return null;
        if (!Uri.TryCreate(from, response.Headers.Location, out var to))
            throw new IOException($"{from.Authority} redirects to what is no address, which is not followed.");
        if (request.StaysOnEndpoint && (!_settings.IsEndpoint(to) || TellsOfFile(response))) return null;
        if (to.Scheme != Uri.UriSchemeHttps && (to.Scheme != Uri.UriSchemeHttp || from.Scheme == Uri.UriSchemeHttps))
            throw new IOException($"{from.Authority} redirects to {to.Scheme}://{to.Authority}, which is not followed.");
        var keepsMethod = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head
            || response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        return keepsMethod ? to : throw new IOException($"{from.Authority} redirects a {request.Method} to {to.Authority}, which is not followed.");
    }
}
