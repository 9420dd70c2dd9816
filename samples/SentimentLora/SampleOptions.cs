using Microsoft.ML.Lora;

namespace SentimentLoraSample;

/// <summary>What the command line asks for.</summary>
internal sealed record SampleOptions
{
    /// <summary>The bundled reviews, beside the program.</summary>
    public static readonly string BundledTrain = Path.Combine(AppContext.BaseDirectory, "Data", "reviews-train.tsv");

    /// <summary>The bundled reviews that are not trained on.</summary>
    public static readonly string BundledTest = Path.Combine(AppContext.BaseDirectory, "Data", "reviews-test.tsv");

    /// <summary>The rows to train on; null for the bundled reviews.</summary>
    public required string? Data { get; init; }

    /// <summary>The rows to evaluate on; null for the bundled ones, or for a part of <see cref="Data"/>.</summary>
    public required string? Evaluation { get; init; }

    public required string TextColumn { get; init; }

    public required string? Text2Column { get; init; }

    public required string LabelColumn { get; init; }

    public required BaseModel BaseModel { get; init; }

    public required int Rank { get; init; }

    public required double Alpha { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    public required double LearningRate { get; init; }

    public required int Seed { get; init; }

    /// <summary>Where the model's zip goes.</summary>
    public required string Output { get; init; }

    /// <summary>Where the figures go as JSON; null for nowhere.</summary>
    public required string? Summary { get; init; }

    public LoraFineTuneEstimator.Options ToTrainerOptions() => new()
    {
        BaseModel = BaseModel,
        Rank = Rank,
        Alpha = Alpha,
        MaxEpochs = Epochs,
        BatchSize = Batch,
        LearningRate = LearningRate,
        Seed = Seed,
    };
}
