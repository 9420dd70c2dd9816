namespace Microsoft.ML.Lora.Training;

/// <summary>What a finished training reports.</summary>
/// <param name="Rows">Rows of the training set.</param>
/// <param name="Epochs">Passes over them, the last of which may have been left early.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="FinalLoss">Mean loss of the last epoch's rows: cross-entropy in nats, or squared error where a number is learnt.</param>
/// <param name="Elapsed">Time spent, validation included, and that before an interruption too.</param>
public sealed record TrainingResult(int Rows, int Epochs, int Steps, double FinalLoss, TimeSpan Elapsed)
{
    /// <summary>Why the training ended.</summary>
    public TrainingEnd End { get; init; }

    /// <summary>The step whose weights the model has.</summary>
    public int BestStep { get; init; }

    /// <summary>The metrics of that step's validation; null where nothing was validated.</summary>
    public ValidationMetrics? BestValidation { get; init; }

    /// <summary>The step that the training went on from, out of a checkpoint; 0 where it began anew.</summary>
    public int ResumedFromStep { get; init; }
}

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    Finished,

    /// <summary>The watched metric had stopped improving.</summary>
    StoppedEarly,

    /// <summary>It was cancelled, and the best model so far was asked for.</summary>
    Cancelled,
}
