namespace Microsoft.ML.Lora.Training;

/// <summary>Which rows each step of a training sees; it follows from rows and options alone, so that a training can go on at any step.</summary>
internal sealed class TrainingPlan
{
    private readonly IReadOnlyList<TokenizedRow> _rows;
    private readonly TrainingOptions _options;
    private readonly int[] _batchesBefore;
    private readonly int[] _stepsBefore;

    public TrainingPlan(IReadOnlyList<TokenizedRow> rows, TrainingOptions options)
    {
        (_rows, _options) = (rows, options);
        (_batchesBefore, _stepsBefore) = (new int[options.Epochs + 1], new int[options.Epochs + 1]);
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            var batches = options.MaxTokensPerBatch > 0 ? Batches(epoch).Length : BatchSampler.Count(rows.Count, options.BatchSize);
            _batchesBefore[epoch + 1] = checked(_batchesBefore[epoch] + batches);
            _stepsBefore[epoch + 1] = _stepsBefore[epoch] + BatchSampler.Count(batches, options.GradientAccumulation);
        }
    }

    /// <summary>Optimiser steps of the whole training.</summary>
    public int TotalSteps => _stepsBefore[^1];

    /// <summary>Whether the step, counted from 1, is the last of its epoch.</summary>
    public bool EndsEpoch(int step) => Array.BinarySearch(_stepsBefore, step) >= 0;

    /// <summary>The steps from <paramref name="step"/> (counted from 0) on.</summary>
    public IEnumerable<PlannedStep> From(int step)
    {
        for (var epoch = 0; epoch < _options.Epochs; epoch++)
        {
            if (_stepsBefore[epoch + 1] <= step) continue;
            var first = Math.Max(0, step - _stepsBefore[epoch]);
            var batch = _batchesBefore[epoch] + first * _options.GradientAccumulation;
            foreach (var batches in Batches(epoch).Chunk(_options.GradientAccumulation).Skip(first))
            {
                yield return new PlannedStep(epoch, batch, Array.ConvertAll(batches, indices => Array.ConvertAll(indices, i => _rows[i])));
                batch += batches.Length;
            }
        }
    }

    private int[][] Batches(int epoch) => BatchSampler.Epoch(_rows, _options.BatchSize, _options.Seed, epoch, _options.MaxTokensPerBatch);
}

/// <summary>What one optimiser step sees.</summary>
/// <param name="Epoch">The pass over the data, from 0.</param>
/// <param name="FirstBatch">How many batches the training had before.</param>
/// <param name="Batches">The rows of each forward pass.</param>
internal sealed record PlannedStep(int Epoch, int FirstBatch, TokenizedRow[][] Batches)
{
    /// <summary>All rows of the step.</summary>
    public IEnumerable<TokenizedRow> Rows => Batches.SelectMany(batch => batch);
}
