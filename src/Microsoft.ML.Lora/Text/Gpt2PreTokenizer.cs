using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Lora.Text;

/// <summary>Cuts a text into words as GPT-2 and RoBERTa do, on Unicode characters rather than UTF-16 code units.</summary>
/// <remarks>
/// The rule as a regular expression: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. A .NET
/// regular expression, such as that of <c>RobertaPreTokenizer</c>, takes letters and digits beyond U+FFFF for symbols.
/// No character is dropped, and no piece is longer than <see cref="LongestPiece"/>.
/// </remarks>
internal sealed class Gpt2PreTokenizer : PreTokenizer
{
    /// <summary>The UTF-16 length at which a longer word is cut, since the merging of a word costs the square of its length.</summary>
    public const int LongestPiece = 4096;

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = EndOfPiece(text, start);
            yield return (start, end - start);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    private static int EndOfPiece(string text, int start)
    {
        var rest = text.AsSpan(start, Math.Min(text.Length - start, LongestPiece));
        if (start + rest.Length < text.Length && char.IsHighSurrogate(rest[^1])) rest = rest[..^1];
        if (rest[0] == '\'')
            foreach (var contraction in Contractions)
                if (rest.StartsWith(contraction, StringComparison.Ordinal))
                    return start + contraction.Length;

        var leadingSpace = rest is [' ', _, ..] && KindAt(rest, 1, out _) != Kind.Space ? 1 : 0;
        var kind = KindAt(rest, leadingSpace, out var width);
        var end = leadingSpace + width;
        while (end < rest.Length && KindAt(rest, end, out width) == kind) end += width;

        var spaceBeforeWord = kind == Kind.Space && end > 1 && start + end < text.Length && !char.IsWhiteSpace(text[start + end]);
        return start + (spaceBeforeWord ? end - 1 : end);
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int i, out int width)
    {
        Rune.DecodeFromUtf16(text[i..], out var rune, out width);
        if (Rune.IsWhiteSpace(rune)) return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
