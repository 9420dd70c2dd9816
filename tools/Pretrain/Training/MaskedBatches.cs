using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// Full rows cut from the corpus at random places, with new tokens hidden each time (dynamic masking; Liu et al. 2019, section 4.1):
/// of the chosen ones 80 % become the mask, 10 % another token, 10 % stay. All of it depends on seed and step alone.
/// </summary>
/// <param name="corpus">The corpus as one run of tokens.</param>
/// <param name="special">The special tokens.</param>
/// <param name="vocabularySize">Tokens of the vocabulary.</param>
/// <param name="tokensPerStep">Tokens of one batch, specials included.</param>
/// <param name="seed">The only source of randomness.</param>
internal sealed class MaskedBatches(int[] corpus, SpecialTokens special, int vocabularySize, int tokensPerStep, int seed)
{
    private const double MaskedShare = 0.15;
    private const int ShortRow = 128;
    private const int LongRow = 256;
    private const int LongEvery = 8;

    /// <summary>The batch of a step; every eighth has rows of 256 tokens, the others of 128.</summary>
    public (TokenBatch Batch, Tensor Places, Tensor Tokens) At(int step)
    {
        var random = new Random(HashCode(seed, step));
        var length = step % LongEvery == LongEvery - 1 ? LongRow : ShortRow;
        var rows = tokensPerStep / length;
        var ids = new long[rows * length];
        for (var row = 0; row < rows; row++)
        {
            var from = random.Next(corpus.Length - length);
            ids[row * length] = special.Start;
            for (var t = 1; t < length - 1; t++) ids[row * length + t] = corpus[from + t];
            ids[row * length + length - 1] = special.End;
        }

        var (places, tokens) = (new List<long>(), new List<long>());
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] == special.Start || ids[i] == special.End || random.NextDouble() >= MaskedShare) continue;
            places.Add(i);
            tokens.Add(ids[i]);
            var fate = random.NextDouble();
            if (fate < 0.8) ids[i] = special.Mask;
            else if (fate < 0.9) ids[i] = random.Next(vocabularySize);
        }

        return (new TokenBatch(tensor(ids, [rows, length]), null), tensor(places.ToArray()), tensor(tokens.ToArray()));
    }

    // System.HashCode differs from process to process.
    private static int HashCode(int seed, int step) => unchecked((seed * 0x2545F491) ^ (step * (int)0x9E3779B9));
}
