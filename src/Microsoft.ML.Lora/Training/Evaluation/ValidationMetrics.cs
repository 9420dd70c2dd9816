namespace Microsoft.ML.Lora.Training;

/// <summary>How the model does on rows that it is not trained on, over all of them.</summary>
/// <param name="Loss">Mean cross-entropy, in nats, or mean squared error where a number is learnt.</param>
/// <param name="Accuracy">The share of rows whose most probable class is the label; NaN where a number is learnt.</param>
public sealed record ValidationMetrics(double Loss, double Accuracy)
{
    /// <summary>The mean of the classes' F1 scores, from 0 to 1; NaN where a number is learnt.</summary>
    public double MacroF1 { get; init; } = double.NaN;

    /// <summary>Matthews' correlation of label and prediction, from -1 to 1; NaN where a number is learnt.</summary>
    public double MatthewsCorrelation { get; init; } = double.NaN;

    /// <summary>Pearson's correlation of the number and its prediction, from -1 to 1; NaN where classes are told apart.</summary>
    public double PearsonCorrelation { get; init; } = double.NaN;

    /// <summary>Rows by label, then by prediction, in the order of the keys; null where a number is learnt, and with more than 1,000 classes.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? Confusion { get; init; }

    /// <summary>The value of one metric.</summary>
    public double this[MonitoredMetric metric] => metric switch
    {
        MonitoredMetric.Loss => Loss,
        MonitoredMetric.Accuracy => Accuracy,
        MonitoredMetric.MacroF1 => MacroF1,
        MonitoredMetric.MatthewsCorrelation => MatthewsCorrelation,
        MonitoredMetric.PearsonCorrelation => PearsonCorrelation,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };
}

/// <summary>A validation metric that the best weights can be chosen by.</summary>
public enum MonitoredMetric
{
    /// <summary>Mean cross-entropy or mean squared error; smaller is better.</summary>
    Loss,

    /// <summary>The share of rows whose most probable class is the label.</summary>
    Accuracy,

    /// <summary>The mean of the classes' F1 scores.</summary>
    MacroF1,

    /// <summary>Matthews' correlation coefficient.</summary>
    MatthewsCorrelation,

    /// <summary>Pearson's correlation, where a number is learnt.</summary>
    PearsonCorrelation,
}
