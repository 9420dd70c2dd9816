namespace Microsoft.ML.Lora.Benchmarks.Mixed;

/// <summary>A batch whose rows use different adapters, against the other ways of scoring it.</summary>
/// <param name="Base">The base.</param>
/// <param name="Adapters">How many adapters there are.</param>
/// <param name="Rows">How many rows the batch has.</param>
/// <param name="RowByRowMilliseconds">Switching adapters row by row.</param>
/// <param name="GroupedMilliseconds">Switching adapters, all rows of one at a time.</param>
/// <param name="MixedMilliseconds">One forward pass.</param>
/// <param name="Speedup">Row by row over mixed, the median of the pairs.</param>
/// <param name="SpeedupOverGroups">Grouped over mixed, the median of the pairs.</param>
/// <param name="LargestDifference">Between logits of the mixed pass and those scored row by row.</param>
internal sealed record MixedFigures(
    string Base, int Adapters, int Rows, double RowByRowMilliseconds, double GroupedMilliseconds, double MixedMilliseconds,
    double Speedup, double SpeedupOverGroups, double LargestDifference);
