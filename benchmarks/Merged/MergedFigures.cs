namespace Microsoft.ML.Lora.Benchmarks.Merged;

/// <summary>What an adapter costs in scoring.</summary>
/// <param name="Base">The base.</param>
/// <param name="Rows">Rows of a batch.</param>
/// <param name="Length">Tokens of a row.</param>
/// <param name="PlainMilliseconds">The base model.</param>
/// <param name="MergedOverPlain">With the adapter folded in: the median of the pairs.</param>
/// <param name="UnmergedOverPlain">With the adapter beside the base: the median of the pairs.</param>
internal sealed record MergedFigures(string Base, int Rows, int Length, double PlainMilliseconds, double MergedOverPlain, double UnmergedOverPlain);
