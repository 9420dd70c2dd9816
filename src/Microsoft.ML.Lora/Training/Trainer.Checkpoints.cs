using System.Diagnostics;
using Microsoft.ML.Lora.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <content>Writing checkpoints and going on from them.</content>
internal sealed partial class Trainer
{
    private TrainingState Resume(Optimizer optimizer, BestWeights best, EarlyStopping stopping)
    {
        if (Checkpoints?.Start is not { } start) return new TrainingState();
        using var scope = NewDisposeScope();
        var file = start.File;
        optimizer.Restore(start.Load);
        if (file.Best is { } found)
        {
            best.Restore(start.Load);
            stopping.Restore(found.Value, found.Step, found.WithoutImprovement);
        }

        HistoryTensors.Restore(file.State.History, start.Tensors.Contains, start.Load, file.Unfinished);
        return file.State;
    }

    private void Save(Optimizer optimizer, BestWeights best, EarlyStopping stopping, Stopwatch clock)
    {
        using var scope = NewDisposeScope();
        var before = State.ElapsedBefore;
        State.ElapsedBefore += clock.Elapsed;
        try
        {
            var found = stopping.Best is { } value ? new BestValidation(value, stopping.BestStep, stopping.WithoutImprovement) : null;
            Checkpoints!.Store.Save(State, options.Seed, Checkpoints.Fingerprint, found, optimizer.State().Concat(best.State()));
            Checkpoints.Policy.Written();
        }
        finally
        {
            State.ElapsedBefore = before;
        }
    }
}
