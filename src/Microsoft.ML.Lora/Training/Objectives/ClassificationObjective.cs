using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Training.Objectives;

/// <summary>Telling classes apart: cross-entropy of softmax(outputs), with weights for classes and smoothed labels.</summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="weights">Each class's weight; null for 1 each.</param>
/// <param name="smoothing">The share of a label that is spread over all classes.</param>
internal sealed class ClassificationObjective(int classes, IReadOnlyList<float>? weights = null, double smoothing = 0) : TrainingObjective
{
    public override Tensor SummedLoss(Tensor outputs, IReadOnlyList<TokenizedRow> rows)
    {
        var labels = tensor(rows.Select(row => (long)row.Label).ToArray(), device: outputs.device);
        var weight = weights is null ? null : tensor(weights.ToArray(), device: outputs.device);
        return functional.cross_entropy(outputs.to(ScalarType.Float32), labels, weight, reduction: Reduction.Sum, label_smoothing: smoothing);
    }

    public override double Weight(TokenizedRow row) => weights?[row.Label] ?? 1;

    public override Tensor Scores(Tensor outputs) => outputs.to(ScalarType.Float32).softmax(-1);

    public override ValidationMetrics Measure(IReadOnlyList<float[]> scores, IReadOnlyList<TokenizedRow> rows)
    {
        var confusion = new ConfusionCounts(classes);
        var loss = 0.0;
        for (var i = 0; i < rows.Count; i++)
        {
            loss -= Math.Log(Math.Max(scores[i][rows[i].Label], 1e-15));
            confusion.Add(rows[i].Label, scores[i].IndexOf(scores[i].Max()));
        }

        return new ValidationMetrics(loss / rows.Count, confusion.Accuracy)
        {
            MacroF1 = confusion.MacroF1,
            MatthewsCorrelation = confusion.MatthewsCorrelation,
            Confusion = confusion.Counts,
        };
    }
}
