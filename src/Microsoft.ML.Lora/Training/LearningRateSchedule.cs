namespace Microsoft.ML.Lora.Training;

/// <summary>A linear rise to the peak over the warm-up, then the decay over the other steps.</summary>
/// <param name="peak">The highest rate.</param>
/// <param name="totalSteps">Steps of the whole training.</param>
/// <param name="warmupRatio">The share of them that warms up.</param>
/// <param name="decay">How the rate goes on after the warm-up.</param>
internal readonly struct LearningRateSchedule(double peak, int totalSteps, double warmupRatio, LearningRateDecay decay = LearningRateDecay.Linear)
{
    private readonly int _warmup = Math.Max(1, (int)Math.Ceiling(totalSteps * warmupRatio));

    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(int step)
    {
        if (step < _warmup) return peak * (step + 1) / _warmup;
        var left = (double)(totalSteps - step) / Math.Max(1, totalSteps - _warmup);
        return decay switch
        {
            LearningRateDecay.Linear => peak * left,
            LearningRateDecay.Cosine => peak * (1 - Math.Cos(Math.PI * left)) / 2,
            _ => peak,
        };
    }
}
