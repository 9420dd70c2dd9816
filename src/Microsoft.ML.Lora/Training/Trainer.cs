using System.Diagnostics;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Backbones;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Training;

/// <summary>The training loop: shuffled batches, cross-entropy, AdamW under a warm-up and a linear decay.</summary>
/// <param name="model">Trained in place.</param>
/// <param name="method">What of it is trained.</param>
/// <param name="options">How.</param>
/// <param name="device">Where the model is.</param>
internal sealed class Trainer(SequenceClassifier model, IFineTuningMethod method, TrainingOptions options, Device device)
{
    private readonly Collator _collator = new(model.Configuration, device);

    /// <summary>Trains on <paramref name="rows"/>.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="validation">Evaluated after each epoch; may be empty.</param>
    /// <param name="progress">Called after every step, on the calling thread.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The loss stopped being a number.</exception>
    public TrainingResult Run(
        IReadOnlyList<TokenizedRow> rows, IReadOnlyList<TokenizedRow> validation, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var stepsPerEpoch = BatchSampler.Count(rows.Count, options.BatchSize);
        var totalSteps = stepsPerEpoch * options.Epochs;
        var schedule = new LearningRateSchedule(options.LearningRate, totalSteps, options.WarmupRatio);
        using var optimizer = new Optimizer(method.ParameterGroups(), options.WeightDecay, options.MaxGradientNorm);
        var clock = Stopwatch.StartNew();
        var (step, seenRows, seenTokens, epochLoss) = (0, 0L, 0L, 0.0);

        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            var (lossSum, epochRows) = (0.0, 0);
            foreach (var batch in BatchSampler.Epoch(rows, options.BatchSize, options.Seed, epoch))
            {
                cancellation.ThrowIfCancellationRequested();
                var picked = Array.ConvertAll(batch, i => rows[i]);
                var rate = schedule.At(step);
                var loss = Step(picked, optimizer, rate, step);
                step++;
                epochRows += picked.Length;
                seenRows += picked.Length;
                seenTokens += picked.Sum(row => (long)row.Length);
                lossSum += loss * picked.Length;
                epochLoss = lossSum / epochRows;
                var endOfEpoch = step == (epoch + 1) * stepsPerEpoch;
                var metrics = endOfEpoch && validation.Count > 0 ? new Scorer(model, device).Evaluate(validation) : null;
                if (progress is null) continue;

                var elapsed = clock.Elapsed;
                progress(new TrainingProgress
                {
                    Step = step,
                    TotalSteps = totalSteps,
                    Epoch = epoch + 1,
                    Epochs = options.Epochs,
                    Loss = loss,
                    EpochLoss = epochLoss,
                    LearningRate = rate,
                    RowsPerSecond = seenRows / elapsed.TotalSeconds,
                    TokensPerSecond = seenTokens / elapsed.TotalSeconds,
                    Elapsed = elapsed,
                    Remaining = elapsed / step * (totalSteps - step),
                    Validation = metrics,
                });
            }
        }

        return new TrainingResult(rows.Count, options.Epochs, step, epochLoss, clock.Elapsed);
    }

    private double Step(TokenizedRow[] rows, Optimizer optimizer, double learningRate, int step)
    {
        using var scope = NewDisposeScope();
        model.Dropout.Start(options.Seed, step);
        try
        {
            var batch = _collator.Batch(Array.ConvertAll(rows, row => row.Text));
            var labels = _collator.Labels(rows.Select(row => row.Label));
            var loss = functional.cross_entropy(model.Logits(batch), labels);
            var value = loss.item<float>();
            if (!float.IsFinite(value))
                throw new InvalidOperationException(
                    $"The loss became {value} at step {step + 1}; lower the learning rate (now {options.LearningRate}) or the gradient norm that is let through.");
            optimizer.Step(loss, learningRate);
            return value;
        }
        finally
        {
            model.Dropout.Stop();
        }
    }
}
