namespace Microsoft.ML.Lora.Training;

/// <summary>Where a training stands, but for the weights: all that it takes to go on.</summary>
internal sealed class TrainingState
{
    /// <summary>Optimiser steps done.</summary>
    public int Step { get; set; }

    /// <summary>The epoch of the last step, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>The sum of the losses of the epoch's rows.</summary>
    public double EpochLossSum { get; set; }

    /// <summary>The sum of the weights of the epoch's rows.</summary>
    public double EpochWeight { get; set; }

    /// <summary>Rows trained on since the start.</summary>
    public long SeenRows { get; set; }

    /// <summary>Tokens trained on since the start.</summary>
    public long SeenTokens { get; set; }

    /// <summary>Time spent in runs before this one.</summary>
    public TimeSpan ElapsedBefore { get; set; }

    /// <summary>The step that was validated last.</summary>
    public int ValidatedStep { get; set; }

    /// <summary>Whether the training is over.</summary>
    public bool Ended { get; set; }

    /// <summary>The step this run went on from.</summary>
    public int ResumedFromStep { get; set; }

    /// <summary>What reports draw.</summary>
    public TrainingHistory History { get; } = new();

    /// <summary>The mean loss of the epoch's rows so far.</summary>
    public double EpochLoss => EpochWeight > 0 ? EpochLossSum / EpochWeight : 0;
}
