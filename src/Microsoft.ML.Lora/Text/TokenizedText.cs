namespace Microsoft.ML.Lora.Text;

/// <summary>A text, or a pair of texts, as a model reads it.</summary>
/// <param name="Ids">The token ids, special tokens included; not padded.</param>
/// <param name="SecondStart">
/// The index in <paramref name="Ids"/> at which the second text begins (its token type is 1 from there on); the length of
/// <paramref name="Ids"/> where there is no second text.
/// </param>
/// <param name="Truncated">Whether tokens were left out to keep within the greatest length.</param>
public readonly record struct TokenizedText(int[] Ids, int SecondStart, bool Truncated);
