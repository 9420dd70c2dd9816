namespace Microsoft.ML.Lora;

/// <summary>The columns that a trained model reads and writes.</summary>
/// <param name="Texts">What it reads.</param>
/// <param name="Label">What it was trained on; it is not read any more.</param>
/// <param name="Score">The probabilities, or the number, it writes.</param>
/// <param name="PredictedLabel">The predicted class it writes; not used where a number is learnt.</param>
internal sealed record ModelColumns(TextColumns Texts, string Label, string Score, string PredictedLabel);
