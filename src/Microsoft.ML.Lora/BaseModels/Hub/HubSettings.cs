namespace Microsoft.ML.Lora;

/// <summary>How the hub is reached and where its files are kept.</summary>
internal sealed record HubSettings
{
    private const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>The hub's address; its path, if it has one, ends in a slash.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The cache.</summary>
    public required HubCache Cache { get; init; }

    /// <summary>The user's token, or null.</summary>
    public HubToken? Token { get; init; }

    /// <summary>Whether no connection may be opened.</summary>
    public bool Offline { get; init; }

    /// <summary>Whether the cache may hold symbolic links; where it may not, or the machine allows none, files lie in the snapshot itself.</summary>
    public bool Links { get; init; } = true;

    /// <summary>How long a server may stay silent.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before the first repetition; it doubles from then on.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The settings of this process, by Hugging Face's environment variables.</summary>
    /// <exception cref="InvalidOperationException">A variable's value is not fit; the message names it.</exception>
    public static HubSettings Current => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>Settings for what has nothing to do with the hub: no variable can make them fail.</summary>
    public static HubSettings Local => new()
    {
        Endpoint = new(DefaultEndpoint),
        Cache = new(HubCache.FindRoot(Environment.GetEnvironmentVariable)),
        Offline = true,
    };

    /// <inheritdoc cref="Current"/>
    /// <param name="environment">Gives an environment variable's value or null.</param>
    public static HubSettings FromEnvironment(Func<string, string?> environment) => new()
    {
        Endpoint = EndpointOf(environment("HF_ENDPOINT")),
        Cache = new(HubCache.FindRoot(environment)),
        Token = HubToken.FromEnvironment(environment),
        Offline = IsTrue(environment("HF_HUB_OFFLINE")) || IsTrue(environment("TRANSFORMERS_OFFLINE")),
        Links = !IsTrue(environment("HF_HUB_DISABLE_SYMLINKS")),
    };

    /// <summary>Whether Hugging Face's library takes a variable's value for true.</summary>
    public static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    /// <summary>The page of a model for people.</summary>
    public Uri PageOf(string id) => new(Endpoint, id);

    /// <summary>A file of a model at a commit or branch.</summary>
    public Uri FileOf(string id, string revision, string fileName) =>
        new(Endpoint, $"{id}/resolve/{Uri.EscapeDataString(revision)}/{Uri.EscapeDataString(fileName)}");

    /// <summary>An address of the hub's programming interface.</summary>
    public Uri ApiOf(string path) => new(Endpoint, $"api/{path}");

    /// <summary>Whether an address is on the endpoint's own server: the same scheme, host and port.</summary>
    public bool IsEndpoint(Uri uri) => uri.Scheme == Endpoint.Scheme && uri.IdnHost == Endpoint.IdnHost && uri.Port == Endpoint.Port;

    private static Uri EndpointOf(string? value)
    {
        var text = string.IsNullOrWhiteSpace(value) ? DefaultEndpoint : value.Trim();
        if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri is { Query: "", Fragment: "", UserInfo: "" })
            return uri;
        throw new InvalidOperationException("HF_ENDPOINT must be the address of a hub, such as https://huggingface.co, without user, query or fragment.");
    }
}
