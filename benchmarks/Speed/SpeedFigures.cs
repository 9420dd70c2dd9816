namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>One figure of ours, and the peer's where it ran.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Ours">The median of our runs.</param>
/// <param name="Peer">The median of the peer's runs; null where it did not run.</param>
/// <param name="Ratio">The median of ours over the peer's, pair by pair.</param>
/// <param name="Target">What the ratio should be.</param>
internal sealed record SpeedFigure(string Name, string Unit, double Ours, double? Peer = null, double? Ratio = null, string? Target = null);
