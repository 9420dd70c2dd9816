using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>Scores for many rows: batches of like lengths, results in the rows' order. Safe on several threads at once.</summary>
/// <param name="model">Not being trained meanwhile.</param>
/// <param name="device">Where the model is.</param>
/// <param name="objective">What makes scores of the model's outputs; null for class probabilities.</param>
internal sealed class Scorer(SequenceClassifier model, Device device, TrainingObjective? objective = null)
{
    private const int TokensPerBatch = 1024;
    private readonly Collator _collator = new(model.Configuration, device);
    private readonly TrainingObjective _objective = objective ?? new ClassificationObjective(model.Classes);

    /// <summary>The scores of each row: an array of one number a class, or of the one number that is learnt.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="stop">Called before each batch; it may throw.</param>
    public float[][] Scores(IReadOnlyList<TokenizedText> rows, Action? stop = null)
    {
        var results = new float[rows.Count][];
        var ascending = Enumerable.Range(0, rows.Count).OrderBy(i => rows[i].Ids.Length);
        foreach (var batch in BatchSampler.Fill(ascending, i => rows[i].Ids.Length, TokensPerBatch))
        {
            stop?.Invoke();
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var outputs = model.Logits(_collator.Batch([.. batch.Select(i => rows[i])]));
            var width = (int)outputs.shape[^1];
            var flat = _objective.Scores(outputs).cpu().data<float>().ToArray();
            for (var i = 0; i < batch.Length; i++)
                results[batch[i]] = flat[(i * width)..((i + 1) * width)];
        }

        return results;
    }

    /// <summary>The metrics over all of <paramref name="rows"/>.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="stop">Called before each batch; it may throw.</param>
    public ValidationMetrics Evaluate(IReadOnlyList<TokenizedRow> rows, Action? stop = null) =>
        _objective.Measure(Scores([.. rows.Select(row => row.Text)], stop), rows);
}
