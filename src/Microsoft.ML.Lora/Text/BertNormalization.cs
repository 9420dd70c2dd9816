using System.Globalization;
using System.Text;

namespace Microsoft.ML.Lora.Text;

/// <summary>Readies a text for WordPiece as BERT does, and cuts it into words.</summary>
/// <remarks>
/// Control characters go, white space becomes a space, Chinese characters get spaces around them, accents are taken off, capitals
/// become small. Words end at spaces, and every punctuation character is a word. The normalizer and pre-tokenizer that come with
/// Microsoft.ML.Tokenizers join words at line ends and drop symbols, so they are not used.
/// </remarks>
internal sealed class BertNormalization(bool lowerCase, bool stripAccents, bool splitCjk)
{
    /// <summary>Sees that .NET takes characters apart here, without which accents would stay.</summary>
    /// <exception cref="PlatformNotSupportedException">It runs without the data of Unicode.</exception>
    public static void RequireDecomposition()
    {
        if ("\u00e9".Normalize(NormalizationForm.FormD).Length == 1)
            throw new PlatformNotSupportedException(
                "This model's tokenizer takes accents off letters, which .NET cannot do in its invariant globalization mode. Set InvariantGlobalization to false in the project, "
                + "leave DOTNET_SYSTEM_GLOBALIZATION_INVARIANT unset, and install ICU (Debian: libicu; Alpine: icu-libs).");
    }

    /// <summary>The words of a text that is valid Unicode.</summary>
    public IEnumerable<string> Words(string text)
    {
        var clean = Normalize(text);
        var start = 0;
        for (int i = 0, width; i < clean.Length; i += width)
        {
            var rune = Rune.GetRuneAt(clean, i);
            width = rune.Utf16SequenceLength;
            var isPunctuation = IsPunctuation(rune);
            if (!isPunctuation && rune.Value != ' ') continue;
            if (i > start) yield return clean[start..i];
            if (isPunctuation) yield return clean.Substring(i, width);
            start = i + width;
        }
        if (start < clean.Length) yield return clean[start..];
    }

    private string Normalize(string text)
    {
        var clean = Clean(text);
        if (stripAccents) clean = WithoutMarks(clean.Normalize(NormalizationForm.FormD));
        return lowerCase ? clean.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant() : clean;
    }

    private string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (rune.Value is '\t' or '\n' or '\r') clean.Append(' ');
            else if (rune.Value == 0xFFFD || IsControl(rune)) continue;
            else if (Rune.IsWhiteSpace(rune)) clean.Append(' ');
            else if (splitCjk && IsCjk(rune.Value)) clean.Append(' ').Append(rune).Append(' ');
            else clean.Append(rune);
        return clean.ToString();
    }

    private static string WithoutMarks(string decomposed)
    {
        var kept = new StringBuilder(decomposed.Length);
        foreach (var rune in decomposed.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                kept.Append(rune);
        return kept.ToString();
    }

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsPunctuation(Rune rune) =>
        rune.IsAscii ? rune.Value is > ' ' and < 0x7F && !char.IsAsciiLetterOrDigit((char)rune.Value) : Rune.IsPunctuation(rune);

    private static bool IsCjk(int codePoint) => codePoint is
        >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0xF900 and <= 0xFAFF
        or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF
        or >= 0x2F800 and <= 0x2FA1F;
}
