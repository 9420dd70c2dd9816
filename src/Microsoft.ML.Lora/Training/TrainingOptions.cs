namespace Microsoft.ML.Lora.Training;

/// <summary>How a model is trained; the estimator's options, validated there, without what concerns ML.NET.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>Rows of one forward pass.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>The most tokens of one forward pass, padding included, in the place of <see cref="BatchSize"/>; 0 for no such bound.</summary>
    public int MaxTokensPerBatch { get; init; }

    /// <summary>Batches whose gradients make one optimiser step.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>How the learning rate falls after the warm-up.</summary>
    public LearningRateDecay Decay { get; init; }

    /// <summary>The share of the steps over which the learning rate rises from 0.</summary>
    public double WarmupRatio { get; init; } = 0.06;

    /// <summary>AdamW's decoupled weight decay; biases and normalisations are spared.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The gradients' joint norm is cut to this; 0 leaves them.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>The loss is measured against the label with this share spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Each class's weight in the loss; null for 1 each.</summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>Validates after so many steps, and at the end; 0 for after each epoch.</summary>
    public int ValidateEverySteps { get; init; }

    /// <summary>What the best weights are chosen by, and early stopping looks at.</summary>
    public MonitoredMetric Metric { get; init; }

    /// <summary>Stops after so many validations without improvement; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>Less than this is no improvement.</summary>
    public double MinimumChange { get; init; }

    /// <summary>Keeps only each layer's input in the forward pass and computes the layer once more in the backward pass.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Whether a training that is cancelled gives the best weights so far instead of throwing.</summary>
    public bool ReturnBestWhenCancelled { get; init; }

    /// <summary>Decides shuffling, dropout and the start of new weights.</summary>
    public int Seed { get; init; }
}
