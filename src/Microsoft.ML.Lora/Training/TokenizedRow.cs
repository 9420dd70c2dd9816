using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Training;

/// <summary>A labelled text as the model reads it.</summary>
/// <param name="Text">The text's tokens.</param>
/// <param name="Label">The class, from 0; 0 where a number is learnt.</param>
/// <param name="Target">The number to learn; 0 where a class is learnt.</param>
internal readonly record struct TokenizedRow(TokenizedText Text, int Label, float Target = 0)
{
    /// <summary>How many tokens the row has.</summary>
    public int Length => Text.Ids.Length;
}
