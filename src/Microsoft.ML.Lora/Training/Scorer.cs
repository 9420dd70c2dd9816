using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>Class probabilities for many rows: batches of like lengths, results in the rows' order. Safe on several threads at once.</summary>
/// <param name="model">Not being trained meanwhile.</param>
/// <param name="device">Where the model is.</param>
internal sealed class Scorer(SequenceClassifier model, Device device)
{
    private const int RowsPerBatch = 32;
    private readonly Collator _collator = new(model.Configuration, device);

    /// <summary>softmax(logits) of each row, an array of one number a class.</summary>
    public float[][] Probabilities(IReadOnlyList<TokenizedText> rows)
    {
        var results = new float[rows.Count][];
        foreach (var batch in Enumerable.Range(0, rows.Count).OrderBy(i => rows[i].Ids.Length).Chunk(RowsPerBatch))
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var logits = model.Logits(_collator.Batch([.. batch.Select(i => rows[i])]));
            var classes = (int)logits.shape[^1];
            var flat = logits.softmax(-1).cpu().data<float>().ToArray();
            for (var i = 0; i < batch.Length; i++)
                results[batch[i]] = flat[(i * classes)..((i + 1) * classes)];
        }

        return results;
    }

    /// <summary>Loss and accuracy over all of <paramref name="rows"/>.</summary>
    public ValidationMetrics Evaluate(IReadOnlyList<TokenizedRow> rows)
    {
        var probabilities = Probabilities([.. rows.Select(row => row.Text)]);
        var loss = rows.Select((row, i) => -Math.Log(Math.Max(probabilities[i][row.Label], 1e-15))).Average();
        var accuracy = rows.Select((row, i) => probabilities[i].IndexOf(probabilities[i].Max()) == row.Label ? 1.0 : 0).Average();
        return new ValidationMetrics(loss, accuracy);
    }
}
