namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>What is measured, and on what.</summary>
/// <param name="Place">Where the base and the rows are.</param>
/// <param name="Steps">Optimiser steps that are timed.</param>
/// <param name="Rows">Rows that are scored in one go; an eighth of them is scored one by one.</param>
/// <param name="Pairs">How often each is run.</param>
/// <param name="Peer">The peer's program; null to measure only ours.</param>
/// <param name="Python">What runs it.</param>
internal sealed record SpeedOptions(Workplace Place, int Steps, int Rows, int Pairs, FileInfo? Peer, string Python)
{
    /// <summary>Rows that are scored one by one.</summary>
    public int SingleRows => Math.Max(1, Rows / 8);
}
