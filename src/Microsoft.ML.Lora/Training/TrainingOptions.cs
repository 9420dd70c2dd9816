namespace Microsoft.ML.Lora.Training;

/// <summary>How a model is trained; the estimator's options, validated there, without what concerns ML.NET.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>Rows of one optimiser step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>The share of the steps over which the learning rate rises from 0.</summary>
    public double WarmupRatio { get; init; } = 0.06;

    /// <summary>AdamW's decoupled weight decay; biases and normalisations are spared.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The gradients' joint norm is cut to this; 0 leaves them.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Decides shuffling, dropout and the start of new weights.</summary>
    public int Seed { get; init; }
}
