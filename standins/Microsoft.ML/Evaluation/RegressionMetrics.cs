namespace Microsoft.ML.Data;

/// <summary>How well a regressor does on a test set.</summary>
public sealed class RegressionMetrics
{
    internal RegressionMetrics(double meanAbsoluteError, double meanSquaredError, double rSquared)
    {
        MeanAbsoluteError = meanAbsoluteError;
        MeanSquaredError = meanSquaredError;
        RSquared = rSquared;
    }

    public double MeanAbsoluteError { get; }

    public double MeanSquaredError { get; }

    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    /// <summary>The average of the loss, which is the squared error.</summary>
    public double LossFunction => MeanSquaredError;

    public double RSquared { get; }
}
