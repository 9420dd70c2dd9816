using System.Diagnostics;
using System.Text;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Text;

[TestClass]
public class RobertaTextTokenizerTests
{
    private readonly TinyTokenizer _files = new("h e", "l l", "he ll", "hell o", "Ġ w", "Ġw o");
    private readonly TextTokenizer _tokenizer;

    public RobertaTextTokenizerTests() => _tokenizer = _files.Load();

    [TestCleanup]
    public void Cleanup() => _files.Dispose();

    [TestMethod]
    public void MergesInOrderOfRank() => CollectionAssert.AreEqual(
        (int[])[TinyTokenizer.Start, Id("hello"), Id("Ġwo"), Id("w"), TinyTokenizer.End], Ids("hello wow"));

    [TestMethod]
    public void SpecialTokensAreFoundByName()
    {
        Assert.AreEqual(new SpecialTokens(0, 1, 2, 3, _files.Vocabulary["<mask>"]), _tokenizer.Special);
        Assert.AreEqual(_files.Vocabulary.Count, _tokenizer.VocabularySize);
    }

    [TestMethod]
    [DataRow("</s>")]
    [DataRow("<mask>")]
    [DataRow("<s>hello</s>")]
    [DataRow("<unk><pad>")]
    public void ASpecialTokensNameInTextIsPlainText(string text)
    {
        var inner = Ids(text)[1..^1];
        Assert.IsTrue(inner.All(id => id >= TinyTokenizer.FirstByte && id != _tokenizer.Special.Mask), string.Join(' ', inner));
    }

    [TestMethod]
    public void APairStandsBetweenTwoEnds()
    {
        var tokenized = _tokenizer.Encode("he", "ll", 10);
        CollectionAssert.AreEqual((int[])[0, Id("he"), 2, 2, Id("ll"), 2], tokenized.Ids);
        Assert.AreEqual(4, tokenized.SecondStart);
        Assert.IsFalse(tokenized.Truncated);
    }

    [TestMethod]
    public void EmptyAndNullTextAreEqual()
    {
        CollectionAssert.AreEqual((int[])[0, 2], Ids(""));
        CollectionAssert.AreEqual((int[])[0, 2], Ids(null));
        CollectionAssert.AreEqual((int[])[0, 2, 2, 2], _tokenizer.Encode(null, "", 4).Ids);
        Assert.AreEqual(2, _tokenizer.Encode("", null, 2).SecondStart);
    }

    [TestMethod]
    [DataRow("a\0b")]
    [DataRow("one\ntwo\r\n\tthree   ")]
    [DataRow("😀 👩‍👩‍👧‍👦")]
    [DataRow("\u0085\u00A0\u3000\uFEFF\uFFFF")]
    [DataRow("𝐀𝟗𐐷x")]
    public void EveryByteOfTheTextIsKept(string text) => CollectionAssert.AreEqual(_files.Bytes(Encoding.UTF8.GetBytes(text)), Ids(text)[1..^1]);

    [TestMethod]
    public void ALoneSurrogateIsTheReplacementCharacter()
    {
        CollectionAssert.AreEqual(Ids("\uFFFD"), Ids("\uD83D"));
        CollectionAssert.AreEqual(Ids("a\uFFFD\uFFFDb"), Ids("a\uDE00\uD83Db"));
        CollectionAssert.AreEqual(Ids("\uFFFD😀\uFFFD"), Ids("\uD83D\uD83D\uDE00\uDE00"));
    }

    [TestMethod]
    public void TruncationKeepsTheBeginning()
    {
        var all = _tokenizer.Encode("abcdef", null, 8);
        Assert.IsFalse(all.Truncated);
        var truncated = _tokenizer.Encode("abcdef", null, 5);
        Assert.IsTrue(truncated.Truncated);
        CollectionAssert.AreEqual((int[])[.. all.Ids[..4], 2], truncated.Ids);
        CollectionAssert.AreEqual((int[])[0, 2], _tokenizer.Encode("abcdef", null, 2).Ids);
    }

    [TestMethod]
    public void APairsLongerTextLosesFirst()
    {
        var tokenized = _tokenizer.Encode("abcdefgh", "xy", 4 + 5);
        CollectionAssert.AreEqual((int[])[0, .. _files.Bytes("abc"u8.ToArray()), 2, 2, .. _files.Bytes("xy"u8.ToArray()), 2], tokenized.Ids);
        Assert.IsTrue(tokenized.Truncated);
        Assert.AreEqual(3 + 3, tokenized.SecondStart);
    }

    [TestMethod]
    [DataRow(100, 90, 4)]
    [DataRow(90, 100, 3)]
    [DataRow(100, 100, 3)]
    [DataRow(1000, 999, 4)]
    public void TheOddTokenGoesToTheLongerText(int firstLength, int secondLength, int keptOfFirst)
    {
        var tokenized = _tokenizer.Encode(new string('a', firstLength), new string('b', secondLength), 4 + 7);
        Assert.HasCount(4 + 7, tokenized.Ids);
        Assert.AreEqual(keptOfFirst, tokenized.Ids.Count(id => id == Id("a")));
    }

    [TestMethod]
    public void NoRoomForTheSpecialTokensIsRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _tokenizer.Encode("a", null, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _tokenizer.Encode("a", "b", 3));
    }

    [TestMethod]
    public void ALongTextCostsNoMoreThanItsBeginning()
    {
        var text = string.Concat(Enumerable.Repeat("hello wow ", 1_000_000));
        _tokenizer.Encode(text, null, 256);
        var watch = Stopwatch.StartNew();
        Assert.HasCount(256, _tokenizer.Encode(text, text, 256).Ids);
        Assert.IsLessThan(1000, watch.ElapsedMilliseconds);
    }

    [TestMethod]
    public void ALongWordIsNotQuadratic()
    {
        var watch = Stopwatch.StartNew();
        Assert.HasCount(300_002, Ids(new string('x', 300_000)));
        Assert.IsLessThan(20_000, watch.ElapsedMilliseconds);
    }

    [TestMethod]
    public void AConfigMayAskForASpaceBeforeTheFirstWord()
    {
        File.WriteAllText(Path.Combine(_files.Folder.FullName, "tokenizer_config.json"), """{"add_prefix_space": true}""");
        var spaced = _files.Load();
        CollectionAssert.AreEqual(_tokenizer.Encode(" wo", " wo", 16).Ids, spaced.Encode("wo", "wo", 16).Ids);
        CollectionAssert.AreEqual(Ids(" wo"), spaced.Encode(" wo", null, 16).Ids);
        CollectionAssert.AreEqual(Ids(""), spaced.Encode("", null, 16).Ids);
        CollectionAssert.AreEqual(Ids(" \nwo"), spaced.Encode("\nwo", null, 16).Ids);
    }

    [TestMethod]
    public void ABatchKeepsTheOrder()
    {
        var texts = Enumerable.Range(0, 500).Select(i => i % 7 == 0 ? null : $"hello {i} wow").ToArray();
        var pairs = texts.Reverse().ToArray();
        var single = _tokenizer.EncodeBatch(texts, null, 12);
        var pair = _tokenizer.EncodeBatch(texts, pairs, 12);
        for (var i = 0; i < texts.Length; i++)
        {
            CollectionAssert.AreEqual(_tokenizer.Encode(texts[i], null, 12).Ids, single[i].Ids);
            CollectionAssert.AreEqual(_tokenizer.Encode(texts[i], pairs[i] ?? "", 12).Ids, pair[i].Ids);
        }
    }

    [TestMethod]
    public void ABatchOfUnequalSidesIsRefused() =>
        Assert.ThrowsExactly<ArgumentException>(() => _tokenizer.EncodeBatch(["a", "b"], ["c"], 12));

    [TestMethod]
    public void ABatchCanBeCancelled() =>
        Assert.ThrowsExactly<OperationCanceledException>(() => _tokenizer.EncodeBatch(["a"], null, 12, new CancellationToken(true)));

    private int Id(string token) => _files.Vocabulary[token];

    private int[] Ids(string? text) => _tokenizer.Encode(text, null, int.MaxValue).Ids;
}
