using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// Makes all hidden states of a model larger by a factor without changing what it computes of them: normalisations and what is added to their outputs
/// grow, what reads them shrinks. A low-rank product that is added to a matrix then does as much more with each step of its training, so that the
/// learning rate that suits RoBERTa-base's 768 elements suits a narrower model too: Adam's should go with 1 / width (Yang et al. 2022, table 3).
/// </summary>
internal static partial class ActivationScale
{
    /// <summary>The weights of the same model with hidden states larger by the factor, in the order given.</summary>
    public static IEnumerable<(string Name, Tensor Weight)> Grow(IEnumerable<(string Name, Tensor Weight)> weights, double factor) =>
        weights.Select(each => (each.Name, Writes().IsMatch(each.Name) ? each.Weight * factor : Reads().IsMatch(each.Name) ? each.Weight / factor : each.Weight));

    [GeneratedRegex(@"^roberta\..*(LayerNorm|output\.dense)\.(weight|bias)$")]
    private static partial Regex Writes();

    [GeneratedRegex(@"\.self\.(query|key|value)\.weight$|\.intermediate\.dense\.weight$|^lm_head\.dense\.weight$")]
    private static partial Regex Reads();
}
