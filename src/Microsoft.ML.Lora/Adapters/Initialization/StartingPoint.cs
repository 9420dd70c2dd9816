using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>Where an adapter starts in one layer.</summary>
/// <param name="A">[r, in], float32.</param>
/// <param name="B">[out, r], float32.</param>
/// <param name="IsTakenOut">Whether (scaling) B A is taken out of W, so that the start is the base model.</param>
internal readonly record struct StartingPoint(Tensor A, Tensor B, bool IsTakenOut = false);
