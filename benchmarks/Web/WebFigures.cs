namespace Microsoft.ML.Lora.Benchmarks.Web;

/// <summary>How the web sample did under load.</summary>
internal sealed record WebFigures
{
    /// <summary>Clients that asked at the same time, each for one text after the other.</summary>
    public required int Clients { get; init; }

    /// <summary>How long they did.</summary>
    public required double Seconds { get; init; }

    /// <summary>Answered requests.</summary>
    public required int Requests { get; init; }

    /// <summary>Answered requests per second.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>The median of the time from request to answer.</summary>
    public required double P50Milliseconds { get; init; }

    /// <summary>The time that 99 % of the requests stayed below.</summary>
    public required double P99Milliseconds { get; init; }

    /// <summary>Requests that got another answer than 200, or none.</summary>
    public required int Failed { get; init; }

    /// <summary>Malformed, oversized and non-UTF-8 requests that one more client sent.</summary>
    public required int BadRequests { get; init; }

    /// <summary>Those of them that got another answer than a 4xx.</summary>
    public required int BadRequestsNotRefused { get; init; }

    /// <summary>The server's resident memory: the mean of the first tenth of the time, after the warm-up.</summary>
    public required long ResidentBytesAtStart { get; init; }

    /// <summary>The server's resident memory: the mean of the last tenth of the time.</summary>
    public required long ResidentBytesAtEnd { get; init; }
}
