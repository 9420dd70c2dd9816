using Microsoft.ML.Lora;

namespace WebSentimentSample;

/// <summary>What is answered.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Scores">The probability of each class.</param>
internal sealed record PredictResponse(string Label, IReadOnlyDictionary<string, float> Scores)
{
    public static PredictResponse Of(LoraPrediction prediction, IReadOnlyList<string> labels) =>
        new(prediction.Label!, labels.Zip(prediction.Scores).ToDictionary(pair => pair.First, pair => pair.Second));
}
