using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Training.Objectives;

/// <summary>Learning a number: the squared error of the only output.</summary>
internal sealed class RegressionObjective : TrainingObjective
{
    public override Tensor SummedLoss(Tensor outputs, IReadOnlyList<TokenizedRow> rows)
    {
        var targets = tensor(rows.Select(row => row.Target).ToArray(), device: outputs.device);
        return functional.mse_loss(outputs.to(ScalarType.Float32).squeeze(-1), targets, Reduction.Sum);
    }

    public override Tensor Scores(Tensor outputs) => outputs.to(ScalarType.Float32);

    public override ValidationMetrics Measure(IReadOnlyList<float[]> scores, IReadOnlyList<TokenizedRow> rows)
    {
        var squares = rows.Select((row, i) => ((double)scores[i][0] - row.Target) * ((double)scores[i][0] - row.Target)).Average();
        return new ValidationMetrics(squares, double.NaN) { PearsonCorrelation = Pearson([.. scores.Select(score => (double)score[0])], [.. rows.Select(row => (double)row.Target)]) };
    }

    private static double Pearson(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var (covariance, varianceX, varianceY) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            covariance += (x[i] - meanX) * (y[i] - meanY);
            varianceX += (x[i] - meanX) * (x[i] - meanX);
            varianceY += (y[i] - meanY) * (y[i] - meanY);
        }

        return varianceX > 0 && varianceY > 0 ? covariance / Math.Sqrt(varianceX * varianceY) : 0;
    }
}
