using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora;

public sealed partial class LoraFineTuneEstimator
{
    /// <content>Validation, checkpoints, cancellation and progress.</content>
    public sealed partial class Options
    {
        /// <summary>
        /// Rows that are not trained on. After each epoch, metrics over all of them are reported, and the model keeps the weights that did best. They do
        /// not pass through the pipeline: transform them with what stands before the trainer, so that their labels are the training rows' keys. Default: none.
        /// </summary>
        public IDataView? ValidationSet { get; set; }

        /// <summary>The share of the training rows that is held out as the validation set, from 0 to below 1; not together with <see cref="ValidationSet"/>. Default: 0.</summary>
        public double ValidationFraction { get; set; }

        /// <summary>Validates after so many optimiser steps, and at the end; 0 for after each epoch. Default: 0.</summary>
        public int ValidateEverySteps { get; set; }

        /// <summary>What decides which weights did best, and what early stopping looks at. Default: the loss.</summary>
        public MonitoredMetric MonitoredMetric { get; set; } = MonitoredMetric.Loss;

        /// <summary>Stops after so many validations without improvement; 0 for never. Needs validation. Default: 0.</summary>
        public int EarlyStoppingPatience { get; set; }

        /// <summary>A change of the metric by less than this is no improvement, at least 0. Default: 0.</summary>
        public double EarlyStoppingMinimumChange { get; set; }

        /// <summary>
        /// A folder for checkpoints. Where it holds checkpoints of this very training (same rows, base, options and seed), the training goes on from
        /// the newest whole one and ends with the weights it would have had without the interruption; a finished one is not repeated. Checkpoints of
        /// another training are refused. Default: none.
        /// </summary>
        public string? CheckpointDirectory { get; set; }

        /// <summary>Writes a checkpoint after so many optimiser steps; 0 for not by steps. Default: 0.</summary>
        public int CheckpointEverySteps { get; set; }

        /// <summary>Writes a checkpoint when so much time has passed since the last one; zero for not by time. Default: 10 minutes.</summary>
        public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromMinutes(10);

        /// <summary>How many checkpoints stay, at least 1. Default: 2.</summary>
        public int KeepCheckpoints { get; set; } = 2;

        /// <summary>Cancels the training before its next step. Cancellation of the environment, as AutoML's when its time is up, does the same.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>Whether a training that is cancelled throws or gives the best model so far. Default: it throws.</summary>
        public CancellationBehavior WhenCancelled { get; set; }

        /// <summary>Called after every step, on the thread that trains. Default: none.</summary>
        public Action<TrainingProgress>? Progress { get; set; }

        /// <summary>A file to which a report of the training is written: one HTML page with curves, configuration and, where there is validation, a confusion matrix. Default: none.</summary>
        public string? ReportPath { get; set; }

        internal bool Validates => ValidationSet is not null || ValidationFraction > 0;

        private void ValidateLongRuns()
        {
            Check(ValidationFraction is >= 0 and < 1, ValidationFraction, nameof(ValidationFraction), "at least 0 and below 1");
            if (ValidationSet is not null && ValidationFraction > 0)
                throw new ArgumentException($"{nameof(ValidationSet)} and {nameof(ValidationFraction)} are both set; one of them says what is validated on.", nameof(ValidationFraction));
            Check(ValidateEverySteps >= 0, ValidateEverySteps, nameof(ValidateEverySteps), "at least 0");
            Check(Enum.IsDefined(MonitoredMetric), MonitoredMetric, nameof(MonitoredMetric), "one of " + string.Join(", ", Enum.GetNames<MonitoredMetric>()));
            Check(EarlyStoppingPatience >= 0, EarlyStoppingPatience, nameof(EarlyStoppingPatience), "at least 0");
            Check(EarlyStoppingPatience == 0 || Validates, EarlyStoppingPatience, nameof(EarlyStoppingPatience),
                $"0 where there is neither {nameof(ValidationSet)} nor {nameof(ValidationFraction)}");
            Check(EarlyStoppingMinimumChange >= 0 && double.IsFinite(EarlyStoppingMinimumChange), EarlyStoppingMinimumChange, nameof(EarlyStoppingMinimumChange), "at least 0");
            if (CheckpointDirectory is { } directory && string.IsNullOrWhiteSpace(directory))
                throw new ArgumentException($"{nameof(CheckpointDirectory)} must be a path, or null.", nameof(CheckpointDirectory));
            Check(CheckpointEverySteps >= 0, CheckpointEverySteps, nameof(CheckpointEverySteps), "at least 0");
            Check(CheckpointInterval >= TimeSpan.Zero, CheckpointInterval, nameof(CheckpointInterval), "at least zero");
            Check(KeepCheckpoints >= 1, KeepCheckpoints, nameof(KeepCheckpoints), "at least 1");
            Check(Enum.IsDefined(WhenCancelled), WhenCancelled, nameof(WhenCancelled), "one of " + string.Join(", ", Enum.GetNames<CancellationBehavior>()));
            if (ReportPath is { } report && string.IsNullOrWhiteSpace(report)) throw new ArgumentException($"{nameof(ReportPath)} must be a path, or null.", nameof(ReportPath));
        }
    }
}

/// <summary>What a training does when it is cancelled.</summary>
public enum CancellationBehavior
{
    /// <summary>It throws an <see cref="OperationCanceledException"/>.</summary>
    Throw,

    /// <summary>It gives the model with the best weights so far: those of the best validation, or the last ones where nothing was validated.</summary>
    ReturnBestModel,
}
