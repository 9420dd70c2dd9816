namespace Microsoft.ML.Lora.Text;

/// <summary>Makes any .NET string valid Unicode.</summary>
internal static class WellFormed
{
    /// <summary>The text with each surrogate that lacks its partner replaced by U+FFFD.</summary>
    public static string Of(string text)
    {
        var first = FirstLoneSurrogate(text);
        return first < 0 ? text : string.Create(text.Length, (text, first), Replace);
    }

    private static int FirstLoneSurrogate(string text)
    {
        var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (; i >= 0 && i < text.Length; i++)
            if (char.IsSurrogate(text[i]))
            {
                if (!IsPair(text, i)) return i;
                i++;
            }
        return -1;
    }

    private static void Replace(Span<char> result, (string Text, int First) source)
    {
        var (text, first) = source;
        text.CopyTo(result);
        for (var i = first; i < text.Length; i++)
            if (IsPair(text, i)) i++;
            else if (char.IsSurrogate(text[i])) result[i] = '\uFFFD';
    }

    private static bool IsPair(string text, int i) => i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
}
