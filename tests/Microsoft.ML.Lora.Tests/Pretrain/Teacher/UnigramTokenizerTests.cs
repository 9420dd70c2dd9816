using System.Text.Json;
using Microsoft.ML.Lora.Pretrain.Teacher;

namespace Microsoft.ML.Lora.Tests.Pretrain.Teacher;

[TestClass]
public class UnigramTokenizerTests
{
    private static readonly (string Piece, double? Score)[] Pieces =
    [
        ("<unk>", 0), ("<s>", 0), ("</s>", 0), ("x", 0), ("x", 0), ("x", 0),
        ("▁", -3), ("a", -4), ("b", -4.5), ("ab", -5), ("▁a", -4.2), ("▁ab", -9), ("ba", -6), ("bab", -7.5), (":", null),
    ];

    private static UnigramTokenizer Tokenizer(TemporaryFolder folder)
    {
        File.WriteAllText(folder["vocab.json"], JsonSerializer.Serialize(Pieces.Select(p => new object?[] { p.Piece, p.Score })));
        return new(folder["vocab.json"]);
    }

    [TestMethod]
    [DataRow("ab")]
    [DataRow("abab ba")]
    [DataRow("bbabab a")]
    [DataRow("aab:ba")]
    public void TheBestOfAllSplitsIsFound(string text)
    {
        using var folder = new TemporaryFolder();
        int[] ids = [.. Tokenizer(folder).Encode(text).Select(piece => piece.Id)];
        var symbols = "▁" + text.Replace(' ', '▁');
        Assert.AreEqual(symbols, string.Concat(ids.Select(id => Pieces[id].Piece)));
        Assert.AreEqual(Splits(symbols).Max(), ids.Sum(id => Pieces[id].Score ?? 0), 1e-9);
    }

    [TestMethod]
    public void WhatNoPieceHoldsIsUnknown()
    {
        using var folder = new TemporaryFolder();
        CollectionAssert.AreEqual(new Piece[] { new(10, " a"), new(UnigramTokenizer.Unknown, "z"), new(8, "b") }, Tokenizer(folder).Encode("azb"));
        CollectionAssert.AreEqual(new Piece[] { new(9, "ab") }, Tokenizer(folder).Encode("ab", startsWord: false));
    }

    [TestMethod]
    public void WordsStartAtBlanks()
    {
        using var folder = new TemporaryFolder();
        CollectionAssert.AreEqual(new[] { true, true, false, true, false }, Tokenizer(folder).Encode("a a: zb").Select(piece => piece.StartsWord).ToArray()[..5]);
    }

    private static IEnumerable<double> Splits(string text) => text.Length == 0
        ? [0]
        : Pieces.Skip(6).Where(p => text.StartsWith(p.Piece, StringComparison.Ordinal)).SelectMany(p => Splits(text[p.Piece.Length..]).Select(rest => rest + (p.Score ?? 0)));
}
