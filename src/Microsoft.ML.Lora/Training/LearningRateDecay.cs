namespace Microsoft.ML.Lora.Training;

/// <summary>How the learning rate goes on after it has risen to its peak.</summary>
public enum LearningRateDecay
{
    /// <summary>It falls in a straight line towards 0 at the last step.</summary>
    Linear,

    /// <summary>It falls along half a cosine towards 0 at the last step.</summary>
    Cosine,

    /// <summary>It stays at its peak.</summary>
    Constant,
}
