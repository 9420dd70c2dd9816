using Microsoft.ML.Lora.Adapters;

namespace Microsoft.ML.Lora.Training.Report;

/// <summary>What a report shows.</summary>
internal sealed record TrainingReport
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>How the training ended.</summary>
    public required TrainingResult Result { get; init; }

    /// <summary>Its course.</summary>
    public required TrainingHistory History { get; init; }

    /// <summary>How much was trained.</summary>
    public required ParameterSummary Parameters { get; init; }

    /// <summary>The configuration.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Options { get; init; }

    /// <summary>The classes' names; null where they have none, or a number is learnt.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}
