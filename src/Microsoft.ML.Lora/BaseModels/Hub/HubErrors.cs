using System.Net;

namespace Microsoft.ML.Lora;

/// <summary>Turns a hub's refusals into exceptions that say what to do. No message holds the token or an address's query.</summary>
/// <param name="settings">How the hub is reached.</param>
/// <param name="id">The model that is asked for.</param>
/// <param name="revision">The revision that is asked for.</param>
internal sealed class HubErrors(HubSettings settings, string id, string revision)
{
    private const int LongestExplanation = 300;

    /// <summary>Throws unless an answer is a success.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="what">What was wanted, as in "cannot fetch config.json".</param>
    /// <param name="repeatable">Whether asking again does no harm.</param>
    /// <exception cref="HubTransientException">The failure may pass.</exception>
    /// <exception cref="FileNotFoundException">There is no such model, revision or file.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not have it.</exception>
    /// <exception cref="IOException">Anything else.</exception>
    public void ThrowIfFailed(HttpResponseMessage response, string what, bool repeatable = true)
    {
        if (response.IsSuccessStatusCode) return;
        var error = Describe(response, what);
        if (MayPass(response.StatusCode, repeatable)) throw new HubTransientException(error, retryAfter: RetryAfter(response));
        throw error;
    }

    /// <summary>A text of a server's as it may stand in a message: one line, not too long, without the token, which a server may echo.</summary>
    public string Printable(string text)
    {
        if (settings.Token is { } token) text = token.HideIn(text);
        return new string([.. text.Take(LongestExplanation).Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
    }

    /// <summary>The status as text, with the server's own explanation where it gives one.</summary>
    private string StatusOf(HttpResponseMessage response)
    {
        var explanation = Printable(HeaderOf(response, "X-Error-Message") ?? "").TrimEnd('.');
        return explanation.Length == 0 ? $"HTTP {(int)response.StatusCode}" : $"HTTP {(int)response.StatusCode}: {explanation}";
    }

    private Exception Describe(HttpResponseMessage response, string what)
    {
        var server = response.RequestMessage?.RequestUri is { } uri ? uri.Authority : settings.Endpoint.Authority;
        var status = $"{server} {what} ({StatusOf(response)}).";
        var code = HeaderOf(response, "X-Error-Code");
        if (response.RequestMessage?.RequestUri is { } address && !settings.IsEndpoint(address)) return new IOException($"The server {status}");
        return (code, response.StatusCode) switch
        {
            ("RevisionNotFound", _) => new FileNotFoundException($"The model '{id}' has no revision '{revision}': {status} "
                + $"Its branches and tags are listed at {settings.PageOf(id)}/tree/main."),
            ("EntryNotFound", _) => new FileNotFoundException($"The model '{id}' at revision '{revision}' lacks a file: {status}"),
            ("GatedRepo", _) => new UnauthorizedAccessException($"The model '{id}' is gated: {status} "
                + $"Accept its terms at {settings.PageOf(id)}, then {TokenAdvice("of the account that accepted them")}."),
            (_, HttpStatusCode.Unauthorized) when settings.Token != null && code != "RepoNotFound" =>
                new UnauthorizedAccessException($"The token was refused: {status} {Capital(TokenAdvice("that is valid"))}."),
            ("RepoNotFound", _) or (_, HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) => new FileNotFoundException(
                $"The hub has no model '{id}' that you may see: {status} Check the id; if the model is private, {TokenAdvice("that may read it")}."),
            (_, HttpStatusCode.Forbidden) => new UnauthorizedAccessException($"You have no access to '{id}': {status} "
                + $"See {settings.PageOf(id)}; {TokenAdvice("that may do this")}."),
            (_, HttpStatusCode.TooManyRequests) => new IOException($"The hub asks to wait: {status} {WaitAdvice(response)}"),
            _ => new IOException($"The hub failed: {status}"),
        };
    }

    private string TokenAdvice(string which) => settings.Token == null
        ? $"set HF_TOKEN to a token {which} ({settings.Endpoint}settings/tokens)"
        : $"set HF_TOKEN to a token {which}; the present one is not ({settings.Endpoint}settings/tokens)";

    private string WaitAdvice(HttpResponseMessage response) => RetryAfter(response) is { } wait
        ? $"Try again in {wait.TotalSeconds:0} s."
        : settings.Token == null ? "Try again later; with HF_TOKEN set, more requests are allowed." : "Try again later.";

    private static bool MayPass(HttpStatusCode status, bool repeatable) => status == HttpStatusCode.TooManyRequests
        || repeatable && status is HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - DateTimeOffset.UtcNow : null;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(" ", values) : null;

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
