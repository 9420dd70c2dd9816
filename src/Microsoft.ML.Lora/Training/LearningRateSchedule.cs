namespace Microsoft.ML.Lora.Training;

/// <summary>A linear rise to the peak over the warm-up, then a linear fall towards 0 at the last step.</summary>
/// <param name="peak">The highest rate.</param>
/// <param name="totalSteps">Steps of the whole training.</param>
/// <param name="warmupRatio">The share of them that warms up.</param>
internal readonly struct LearningRateSchedule(double peak, int totalSteps, double warmupRatio)
{
    private readonly int _warmup = Math.Max(1, (int)Math.Ceiling(totalSteps * warmupRatio));

    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(int step) => step < _warmup
        ? peak * (step + 1) / _warmup
        : peak * (totalSteps - step) / Math.Max(1, totalSteps - _warmup);
}
