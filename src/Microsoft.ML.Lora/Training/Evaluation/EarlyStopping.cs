namespace Microsoft.ML.Lora.Training;

/// <summary>Tells whether a validation is the best so far, and whether the training has gone on for long enough without one.</summary>
/// <param name="metric">What is compared.</param>
/// <param name="patience">Validations without improvement after which it is enough; 0 for never.</param>
/// <param name="minimumChange">Less than this is no improvement.</param>
internal sealed class EarlyStopping(MonitoredMetric metric, int patience, double minimumChange)
{
    /// <summary>The best value; null before the first validation.</summary>
    public double? Best { get; private set; }

    /// <summary>The step of the best value.</summary>
    public int BestStep { get; private set; }

    /// <summary>Validations since the best value.</summary>
    public int WithoutImprovement { get; private set; }

    /// <summary>Whether it is time to stop.</summary>
    public bool IsTime => patience > 0 && WithoutImprovement >= patience;

    /// <summary>Takes a validation in; true where it is the best so far.</summary>
    public bool Improves(ValidationMetrics metrics, int step)
    {
        var value = metrics[metric];
        var gain = metric == MonitoredMetric.Loss ? Best - value : value - Best;
        if (gain is { } change && !(change > 0 && change >= minimumChange))
        {
            WithoutImprovement++;
            return false;
        }

        Restore(value, step, 0);
        return true;
    }

    /// <summary>Goes on where another run stood.</summary>
    public void Restore(double best, int bestStep, int withoutImprovement) => (Best, BestStep, WithoutImprovement) = (best, bestStep, withoutImprovement);
}
