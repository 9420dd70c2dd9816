using System.Text;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Vocabulary;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Start;

/// <summary>The teacher's vectors of a vocabulary's tokens.</summary>
internal static class TokenTable
{
    /// <summary>Of each token the mean of the pieces that the teacher spells it with, [tokens, 256]; zero where a token spells no text.</summary>
    public static Tensor Of(IReadOnlyList<string> tokens, SentenceEncoder teacher)
    {
        using var scope = NewDisposeScope();
        return stack(Texts(tokens).Select(text => text is null ? zeros(teacher.Pieces.shape[1]) : Mean(teacher, text))).MoveToOuterDisposeScope();
    }

    private static Tensor Mean(SentenceEncoder teacher, string text) =>
        teacher.Pieces.index_select(0, tensor(teacher.Tokenizer.Encode(text, text.StartsWith(' ')).Select(piece => (long)piece.Id).ToArray())).mean([0]);

    // Null for special tokens and for parts of a character.
    private static IEnumerable<string?> Texts(IReadOnlyList<string> tokens)
    {
        var bytes = BpeTrainer.ByteCharacters().Select((c, b) => (c, b)).ToDictionary(x => x.c, x => (byte)x.b);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        return tokens.Select(Decode);

        string? Decode(string token)
        {
            if (BpeVocabulary.FirstSpecials.Contains(token) || token == BpeVocabulary.Mask) return null;
            try
            {
                var text = strict.GetString([.. token.Select(c => bytes[c])]);
                return text.Length == 0 || char.IsControl(text[0]) ? null : text;
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }
    }
}
