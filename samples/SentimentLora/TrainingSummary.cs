using System.Text.Json;
using System.Text.Json.Serialization;

namespace SentimentLoraSample;

/// <summary>The figures of a run.</summary>
internal sealed record TrainingSummary
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    /// <summary>Rows trained on, per epoch.</summary>
    public required long Rows { get; init; }

    public required int Epochs { get; init; }

    public required double MicroAccuracy { get; init; }

    public required double MacroAccuracy { get; init; }

    /// <summary>Mean negative logarithm of the right class's probability, in nats.</summary>
    public required double LogLoss { get; init; }

    public required long TrainableParameters { get; init; }

    public required long AllParameters { get; init; }

    public required long ModelZipBytes { get; init; }

    /// <summary>What the base model's weights take on disk.</summary>
    public required long BaseBytes { get; init; }

    public required double TrainSeconds { get; init; }

    public required double TrainRowsPerSecond { get; init; }

    public required double ScoreRowsPerSecond { get; init; }

    /// <summary>Mean loss of the last epoch's rows, in nats.</summary>
    public required double FinalTrainLoss { get; init; }

    /// <summary>Writes one JSON object.</summary>
    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, s_format) + "\n");
}
