using System.Text;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Vocabulary;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Start;

/// <summary>
/// Where the word table starts: each token's vector is, side by side, the vector of its word (or the mean over the frequent words that hold it) and the
/// mean of the teacher's vectors of its spelling, reduced to what room is left. Both parts are brought to mean 0 and the same spread.
/// </summary>
internal static class StartingTable
{
    /// <summary>The standard deviation of the table's elements.</summary>
    public const double Deviation = 0.2;

    private const int FrequentWords = 100_000;

    /// <summary>The table, [tokens, size]; rows of special tokens are zero.</summary>
    public static Tensor Make(string[] tokens, TextTokenizer tokenizer, WordVectors words, SentenceEncoder teacher, int size)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var texts = Texts(tokens);
        var meanings = Standardised(tensor(Meanings(texts, tokenizer, words), [tokens.Length, words.Size]));
        var spellings = stack(texts.Select(text => text is null ? zeros(teacher.Pieces.shape[1]) : Spelling(teacher, text)));
        spellings = spellings - spellings.mean([0], keepdim: true);
        var (_, _, directions) = linalg.svd(spellings, fullMatrices: false);
        var reduced = Standardised(matmul(spellings, directions.narrow(0, 0, size - words.Size).transpose(0, 1)));
        var real = tensor(texts.Select(text => text is null ? 0f : 1f).ToArray(), [tokens.Length, 1]);
        return (cat([meanings, reduced], 1) * real * Deviation).MoveToOuterDisposeScope();
    }

    private static Tensor Spelling(SentenceEncoder teacher, string text) =>
        teacher.Pieces.index_select(0, tensor(teacher.PiecesOf(text, text.StartsWith(' ')).Select(id => (long)id).ToArray())).mean([0]);

    // One spread for all columns: how much a direction matters is kept.
    private static Tensor Standardised(Tensor table)
    {
        var centred = table - table.mean([0], keepdim: true);
        return centred / centred.square().mean().sqrt();
    }

    private static float[] Meanings(string?[] texts, TextTokenizer tokenizer, WordVectors words)
    {
        var size = words.Size;
        var (sums, weights) = (new float[texts.Length * size], new float[texts.Length]);
        void Add(int token, float[] vector, float weight)
        {
            for (var i = 0; i < size; i++) sums[token * size + i] += weight * vector[i];
            weights[token] += weight;
        }

        for (var token = 0; token < texts.Length; token++)
            if (texts[token]?.Trim().ToLowerInvariant() is { } word && words[word] is { } vector)
                Add(token, vector, 1);
        var whole = weights.Select(weight => weight > 0).ToArray();
        foreach (var (word, rank) in words.Words.Take(FrequentWords).Select((word, rank) => (word, rank)))
            foreach (var token in tokenizer.Encode(" " + word, null, 64).Ids[1..^1].Distinct())
                if (!whole[token])
                    Add(token, words[word]!, 1f / (100 + rank));
        for (var i = 0; i < sums.Length; i++) sums[i] /= Math.Max(weights[i / size], 1e-9f);
        return sums;
    }

    // The text of each token; null for special tokens, blanks and parts of a character.
    private static string?[] Texts(string[] tokens)
    {
        var bytes = BpeTrainer.ByteCharacters().Select((c, b) => (c, b)).ToDictionary(x => x.c, x => (byte)x.b);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        return [.. tokens.Select(Decode)];

        string? Decode(string token)
        {
            if (BpeVocabulary.FirstSpecials.Contains(token) || token == BpeVocabulary.Mask) return null;
            try
            {
                var text = strict.GetString([.. token.Select(c => bytes[c])]);
                return string.IsNullOrWhiteSpace(text) ? null : text;
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }
    }
}
