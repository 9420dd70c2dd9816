namespace Microsoft.ML.Lora.Training;

/// <summary>Where a training stands after a step.</summary>
public sealed record TrainingProgress
{
    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>The pass over the data that the step belongs to, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Passes of the whole training.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mean loss of the step's rows: cross-entropy in nats, or squared error where a number is learnt.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean loss of the epoch's rows so far.</summary>
    public required double EpochLoss { get; init; }

    /// <summary>The step's learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Rows trained on per second, since the start.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Tokens trained on per second, padding not counted, since the start.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Time since the start.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time left at the speed so far.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Metrics over the whole validation set, where the step was followed by a validation; otherwise null.</summary>
    public ValidationMetrics? Validation { get; init; }

    /// <summary>Whether the step is the last of its pass.</summary>
    internal bool EndsEpoch { get; init; }
}
