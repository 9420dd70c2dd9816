using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training.Objectives;

/// <summary>What a training makes small, and how its result is judged.</summary>
internal abstract class TrainingObjective
{
    /// <summary>The loss of the rows, each times its weight, summed: a scalar of float32. To be called within a dispose scope.</summary>
    /// <param name="outputs">What the head gives, [rows, outputs].</param>
    /// <param name="rows">The rows.</param>
    public abstract Tensor SummedLoss(Tensor outputs, IReadOnlyList<TokenizedRow> rows);

    /// <summary>The weight of a row in the loss.</summary>
    public virtual double Weight(TokenizedRow row) => 1;

    /// <summary>What is scored: the head's outputs, or a function of them, of the same shape.</summary>
    public abstract Tensor Scores(Tensor outputs);

    /// <summary>How good scores are.</summary>
    /// <param name="scores">Each row's scores.</param>
    /// <param name="rows">At least one.</param>
    public abstract ValidationMetrics Measure(IReadOnlyList<float[]> scores, IReadOnlyList<TokenizedRow> rows);
}
