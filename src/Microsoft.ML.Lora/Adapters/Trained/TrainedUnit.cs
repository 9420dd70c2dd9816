namespace Microsoft.ML.Lora.Adapters.Trained;

/// <summary>A module of the base of which an adapter has a trained copy, in whole or in part.</summary>
/// <param name="Module">The module's path.</param>
/// <param name="Parameters">The paths of the parameters that are trained.</param>
/// <param name="Kind">Why they are.</param>
internal sealed record TrainedUnit(string Module, IReadOnlyList<string> Parameters, TrainedKind Kind);

/// <summary>Why an adapter trains parameters of the base.</summary>
internal enum TrainedKind
{
    /// <summary>The module is one to save.</summary>
    Saved,

    /// <summary>Biases are trained.</summary>
    Bias,

    /// <summary>Normalisations are trained.</summary>
    Normalization,

    /// <summary>Embedding tables are trained.</summary>
    Embedding,
}
