using System.ComponentModel.DataAnnotations;

namespace WebSentimentSample;

/// <summary>The settings of the section "Sentiment": command line, environment variables (<c>Sentiment__Model</c>) or appsettings.json.</summary>
internal sealed class ServingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Sentiment";

    /// <summary>The saved model.</summary>
    [Required]
    public string Model { get; set; } = "SentimentLora.zip";

    /// <summary>The most texts that are scored together.</summary>
    [Range(1, 1024)]
    public int MaxBatchRows { get; set; } = 32;

    /// <summary>How long a text waits for others to be scored with, in milliseconds; 0 for not at all.</summary>
    [Range(0, 1000)]
    public int MaxBatchWait { get; set; } = 2;

    /// <summary>The most texts that wait; more are answered with 503.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedRows { get; set; } = 1024;

    /// <summary>The largest body of a request, in bytes; a larger one is answered with 413.</summary>
    [Range(16, 1 << 30)]
    public long MaxBodyBytes { get; set; } = 16 * 1024;
}
