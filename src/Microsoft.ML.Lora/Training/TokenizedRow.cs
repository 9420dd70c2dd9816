namespace Microsoft.ML.Lora.Training;

/// <summary>A text as the model reads it.</summary>
/// <param name="Ids">Token ids, specials included, without padding.</param>
/// <param name="Label">The class, from 0.</param>
internal readonly record struct TokenizedRow(int[] Ids, int Label);
