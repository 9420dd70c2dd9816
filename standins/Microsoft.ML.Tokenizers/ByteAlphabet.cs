using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Writes each byte as one printable character, as GPT-2's vocabulary does: 0x20 is 'Ġ'.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOfByte = Build();

    /// <summary>The UTF-8 bytes of a text, a character each; a lone surrogate is written as its own three bytes.</summary>
    public static string Transform(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length + 8);
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i += Width(text, i))
            foreach (var b in bytes[..Utf8(text, i, bytes)])
                result.Append(CharOfByte[b]);
        return result.ToString();
    }

    /// <summary>The index of the character that holds byte <paramref name="offset"/> of a text's UTF-8.</summary>
    public static int CharAtByte(ReadOnlySpan<char> text, int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        var i = 0;
        for (var end = 0; i < text.Length; i += Width(text, i))
            if ((end += Utf8(text, i, bytes)) > offset)
                break;
        return i;
    }

    private static int Width(ReadOnlySpan<char> text, int i) => IsPair(text, i) ? 2 : 1;

    private static bool IsPair(ReadOnlySpan<char> text, int i) =>
        i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);

    private static int Utf8(ReadOnlySpan<char> text, int i, Span<byte> bytes)
    {
        if (IsPair(text, i)) return new Rune(text[i], text[i + 1]).EncodeToUtf8(bytes);
        if (Rune.TryCreate(text[i], out var rune)) return rune.EncodeToUtf8(bytes);
        bytes[0] = (byte)(0xE0 | text[i] >> 12);
        bytes[1] = (byte)(0x80 | text[i] >> 6 & 0x3F);
        bytes[2] = (byte)(0x80 | text[i] & 0x3F);
        return 3;
    }

    private static char[] Build()
    {
        var chars = new char[256];
        var next = (char)256;
        for (var b = 0; b < 256; b++)
            chars[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : next++;
        return chars;
    }
}
