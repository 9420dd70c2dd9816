namespace Microsoft.ML.Lora;

/// <summary>What is asked of the hub.</summary>
/// <param name="Method">The method.</param>
/// <param name="Uri">The address.</param>
internal sealed record HubRequest(HttpMethod Method, Uri Uri)
{
    /// <summary>Makes the body, anew for every time it is sent.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The length of the body in bytes; a long one is given more time.</summary>
    public long ContentLength { get; init; }

    /// <summary>The first byte that is wanted.</summary>
    public long From { get; init; }

    /// <summary>The media type that is wanted; null for any.</summary>
    public string? Accept { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a redirect to another server, or to a file's store, ends the exchange: its answer is the result.</summary>
    public bool StaysOnEndpoint { get; init; }

    /// <summary>Whether asking twice does no harm where the first answer got lost.</summary>
    public bool Repeatable { get; init; } = true;
}
