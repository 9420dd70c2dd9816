namespace Microsoft.ML.Lora.Text;

/// <summary>The ids of the tokens that no text contains.</summary>
/// <param name="Start">Begins every input: <c>&lt;s&gt;</c> or <c>[CLS]</c>.</param>
/// <param name="Pad">Fills up a batch: <c>&lt;pad&gt;</c> or <c>[PAD]</c>.</param>
/// <param name="End">Ends every text: <c>&lt;/s&gt;</c> or <c>[SEP]</c>.</param>
/// <param name="Unknown">Stands for what the vocabulary cannot spell: <c>&lt;unk&gt;</c> or <c>[UNK]</c>.</param>
/// <param name="Mask">Hides a token in pre-training: <c>&lt;mask&gt;</c> or <c>[MASK]</c>.</param>
public readonly record struct SpecialTokens(int Start, int Pad, int End, int Unknown, int Mask);
