using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Text;

[TestClass]
public class Gpt2PreTokenizerTests
{
    [TestMethod]
    [DataRow("Hello world", "Hello| world")]
    [DataRow("I've we'll 'S it's'", "I|'ve| we|'ll| '|S| it|'s|'")]
    [DataRow(" 'tis", " '|tis")]
    [DataRow("a  b", "a| | b")]
    [DataRow("a \n b", "a| \n| b")]
    [DataRow("a\n\nb", "a|\n|\n|b")]
    [DataRow("end  ", "end|  ")]
    [DataRow(" ", " ")]
    [DataRow("x1½Ⅷ!?", "x|1½Ⅷ|!?")]
    [DataRow(" 12 !?", " 12| !?")]
    [DataRow("a𝐀𐐷b𝟗9😀!", "a𝐀𐐷b|𝟗9|😀!")]
    [DataRow("e\u0301", "e|\u0301")]
    [DataRow("a\u00A0b\u001Cc\u200Bd", "a|\u00A0|b|\u001C|c|\u200B|d")]
    [DataRow("_a_", "_|a|_")]
    public void CutsAsTheRegularExpressionDoesOnUnicodeCharacters(string text, string pieces) =>
        Assert.AreEqual(pieces, string.Join('|', Pieces(text)));

    [TestMethod]
    [DataRow("a")]
    [DataRow(" ")]
    [DataRow("😀")]
    public void ALongPieceIsCutBetweenCharacters(string character)
    {
        var text = "." + string.Concat(Enumerable.Repeat(character, 10_000));
        var pieces = Pieces(text);
        Assert.AreEqual(text, string.Concat(pieces));
        Assert.IsTrue(pieces.All(p => p.Length <= Gpt2PreTokenizer.LongestPiece));
        Assert.IsFalse(pieces.Any(p => char.IsLowSurrogate(p[0])));
    }

    [TestMethod]
    public void ASpanIsCutLikeAString() =>
        CollectionAssert.AreEqual(
            new Gpt2PreTokenizer().PreTokenize("it's so").ToArray(), new Gpt2PreTokenizer().PreTokenize("it's so".AsSpan()).ToArray());

    private static string[] Pieces(string text) =>
        [.. new Gpt2PreTokenizer().PreTokenize(text).Select(piece => text.Substring(piece.Offset, piece.Length))];
}
