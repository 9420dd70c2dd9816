using System.Diagnostics;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Training.Checkpoints;
using Microsoft.ML.Lora.Training.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>
/// The training loop: shuffled batches, AdamW under a warm-up and a decay, validation, the best weights, checkpoints. Every step follows from the
/// weights, the optimizer's moments and the step's number, so that a training that goes on from a checkpoint ends with the same weights.
/// </summary>
/// <param name="model">Trained in place.</param>
/// <param name="method">What of it is trained.</param>
/// <param name="options">How.</param>
/// <param name="device">Where the model is.</param>
/// <param name="objective">What is made small; null for the cross-entropy of the model's classes.</param>
internal sealed partial class Trainer(
    SequenceClassifier model, IFineTuningMethod method, TrainingOptions options, Device device, TrainingObjective? objective = null)
{
    private readonly Collator _collator = new(model.Configuration, device);
    private readonly TrainingObjective _objective =
        objective ?? new ClassificationObjective(model.Classes, options.ClassWeights, options.LabelSmoothing);

    /// <summary>Asked before every step and every batch of a validation whether the training is cancelled, beside the token.</summary>
    public Func<bool>? IsCancelled { get; init; }

    /// <summary>Where the training is kept, and where it goes on from; null for nowhere.</summary>
    public Checkpointing? Checkpoints { get; init; }

    /// <summary>Where the training stands.</summary>
    public TrainingState State { get; private set; } = new();

    /// <summary>Trains on <paramref name="rows"/>.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="validation">Evaluated as the options say; may be empty.</param>
    /// <param name="progress">Called after every step, on the calling thread.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="OperationCanceledException">The training was cancelled, and the options do not ask for the best weights then.</exception>
    /// <exception cref="InvalidOperationException">The loss stopped being a number.</exception>
    public TrainingResult Run(
        IReadOnlyList<TokenizedRow> rows, IReadOnlyList<TokenizedRow> validation, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var plan = new TrainingPlan(rows, options);
        var schedule = new LearningRateSchedule(options.LearningRate, plan.TotalSteps, options.WarmupRatio, options.Decay);
        using var optimizer = new Optimizer(method.ParameterGroups(), options.WeightDecay, options.MaxGradientNorm);
        using var best = new BestWeights(optimizer.Parameters);
        var stopping = new EarlyStopping(options.Metric, options.Patience, options.MinimumChange);
        using var gradients = enable_grad();
        var clock = Stopwatch.StartNew();
        State = Resume(optimizer, best, stopping);
        void Stop()
        {
            cancellation.ThrowIfCancellationRequested();
            if (IsCancelled?.Invoke() == true) throw new OperationCanceledException("The training was cancelled.");
        }

        var end = TrainingEnd.Finished;
        try
        {
            // A run that was interrupted between a step and its validation makes up for it.
            Validate(plan, validation, best, stopping, Stop);
            foreach (var step in stopping.IsTime || State.Ended ? [] : plan.From(State.Step))
            {
                Stop();
                var rate = schedule.At(State.Step);
                var loss = Step(step, optimizer, rate);
                Count(step, loss, rate);
                var metrics = Validate(plan, validation, best, stopping, Stop);
                if (Checkpoints?.Policy.IsDue(State.Step) == true && State.Step < plan.TotalSteps) Save(optimizer, best, stopping, clock);
                progress?.Invoke(Progress(plan, step, loss, rate, metrics, clock));
                if (stopping.IsTime) break;
            }

            if (stopping.IsTime && State.Step < plan.TotalSteps) end = TrainingEnd.StoppedEarly;
            if (Checkpoints is not null && !State.Ended)
            {
                State.Ended = true;
                Save(optimizer, best, stopping, clock);
            }
        }
        catch (OperationCanceledException)
        {
            if (Checkpoints is not null && State.Step > State.ResumedFromStep) Save(optimizer, best, stopping, clock);
            if (!options.ReturnBestWhenCancelled) throw;
            end = TrainingEnd.Cancelled;
        }

        best.PutBack();
        return new TrainingResult(rows.Count, State.Epoch + 1, State.Step, State.EpochLoss, State.ElapsedBefore + clock.Elapsed)
        {
            End = end,
            BestStep = best.Exist ? stopping.BestStep : State.Step,
            BestValidation = State.History.Validations.LastOrDefault(point => best.Exist && point.Step == stopping.BestStep).Metrics,
            ResumedFromStep = State.ResumedFromStep,
        };
    }

    private double Step(PlannedStep step, Optimizer optimizer, double learningRate)
    {
        using var scope = NewDisposeScope();
        optimizer.ZeroGradients();
        var weight = step.Rows.Sum(_objective.Weight);
        var loss = 0.0;
        for (var i = 0; i < step.Batches.Length; i++) loss += Accumulate(step.Batches[i], step.FirstBatch + i, weight);
        optimizer.Step(learningRate);
        return loss;
    }

    /// <summary>Adds the gradients of a batch's share in the step's mean loss, and gives the share.</summary>
    private double Accumulate(TokenizedRow[] rows, int batchNumber, double weight)
    {
        using var scope = NewDisposeScope();
        model.Dropout.Start(options.Seed, batchNumber);
        using var recomputation = options.GradientCheckpointing ? new LayerRecomputation(model.Dropout) : null;
        try
        {
            model.Encoder.Recompute = recomputation;
            var logits = model.Logits(_collator.Batch(Array.ConvertAll(rows, row => row.Text)));
            var loss = _objective.SummedLoss(logits, rows).div(weight);
            var value = loss.item<float>();
            if (!float.IsFinite(value))
                throw new InvalidOperationException(
                    $"The loss became {value} at step {State.Step + 1}; lower the learning rate (now {options.LearningRate}) or the gradient norm that is let through.");
            loss.backward();
            recomputation?.Backward();
            return value;
        }
        finally
        {
            model.Encoder.Recompute = null;
            model.Dropout.Stop();
        }
    }

    private void Count(PlannedStep step, double loss, double rate)
    {
        if (step.Epoch != State.Epoch) (State.Epoch, State.EpochLossSum, State.EpochWeight) = (step.Epoch, 0, 0);
        State.Step++;
        var weight = step.Rows.Sum(_objective.Weight);
        State.EpochLossSum += loss * weight;
        State.EpochWeight += weight;
        State.SeenRows += step.Rows.Count();
        State.SeenTokens += step.Rows.Sum(row => (long)row.Length);
        State.History.Add(State.Step, loss, rate);
    }

    private ValidationMetrics? Validate(TrainingPlan plan, IReadOnlyList<TokenizedRow> rows, BestWeights best, EarlyStopping stopping, Action stop)
    {
        if (rows.Count == 0 || State.Step == 0 || State.ValidatedStep == State.Step) return null;
        var due = State.Step == plan.TotalSteps
            || (options.ValidateEverySteps > 0 ? State.Step % options.ValidateEverySteps == 0 : plan.EndsEpoch(State.Step));
        if (!due) return null;
        var metrics = new Scorer(model, device, _objective).Evaluate(rows, stop);
        State.ValidatedStep = State.Step;
        var isBest = stopping.Improves(metrics, State.Step);
        State.History.Add(State.Step, metrics, isBest);
        if (isBest) best.Keep();
        return metrics;
    }

    private TrainingProgress Progress(TrainingPlan plan, PlannedStep step, double loss, double rate, ValidationMetrics? metrics, Stopwatch clock)
    {
        var elapsed = State.ElapsedBefore + clock.Elapsed;
        return new TrainingProgress
        {
            Step = State.Step,
            TotalSteps = plan.TotalSteps,
            Epoch = step.Epoch + 1,
            Epochs = options.Epochs,
            Loss = loss,
            EpochLoss = State.EpochLoss,
            LearningRate = rate,
            RowsPerSecond = State.SeenRows / elapsed.TotalSeconds,
            TokensPerSecond = State.SeenTokens / elapsed.TotalSeconds,
            Elapsed = elapsed,
            Remaining = elapsed / State.Step * (plan.TotalSteps - State.Step),
            Validation = metrics,
            EndsEpoch = plan.EndsEpoch(State.Step),
        };
    }
}
