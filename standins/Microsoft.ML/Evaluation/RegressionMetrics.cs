namespace Microsoft.ML.Data;

/// <summary>How well a regressor does on a test set.</summary>
public sealed class RegressionMetrics
{
    internal RegressionMetrics(double meanAbsoluteError, double meanSquaredError, double lossFunction, double rSquared)
    {
        LossFunction = lossFunction;
        MeanAbsoluteError = meanAbsoluteError;
        MeanSquaredError = meanSquaredError;
        RSquared = rSquared;
    }

    public double MeanAbsoluteError { get; }

    public double MeanSquaredError { get; }

    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    /// <summary>The average of the loss, which is the squared error in single precision.</summary>
    public double LossFunction { get; }

    public double RSquared { get; }
}
