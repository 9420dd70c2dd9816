using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Text;

[TestClass]
public class BertTextTokenizerTests
{
    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "want", "##ed", "the", "The", "cafe", "café", "$", "+", "!",
        "[", "]", "sep", "_", "中", "国", "i", "😀", "😀😀", "x", "##x", "ss", "ab", "a", "b",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bert-");

    [TestCleanup]
    public void Cleanup() => _folder.Delete(recursive: true);

    [TestMethod]
    public void AWordIsSpeltByItsLongestPieces() => Spelt("unaffable wanted", "un ##aff ##able want ##ed");

    [TestMethod]
    public void AWordThatCannotBeSpeltIsUnknownAsAWhole() => Spelt("unaffablez the", "[UNK] the");

    [TestMethod]
    public void SmallLettersWithoutAccentsByDefault() => Spelt("THE CAFÉ Cafe\u0301 İ", "the cafe cafe i");

    [TestMethod]
    public void ACasedVocabularyKeepsLettersAsTheyAre()
    {
        WriteConfig("""{"do_lower_case": false}""");
        Spelt("The CAFÉ café", "The [UNK] café");
    }

    [TestMethod]
    public void AccentsCanStayWithSmallLetters()
    {
        WriteConfig("""{"do_lower_case": true, "strip_accents": false}""");
        Spelt("CAFÉ", "café");
    }

    [TestMethod]
    public void EveryPunctuationCharacterIsAWord() => Spelt("the$+the!!_", "the $ + the ! ! _");

    [TestMethod]
    [DataRow("a\nb")]
    [DataRow("a\tb")]
    [DataRow("a\r\nb")]
    [DataRow("a\u00A0b")]
    [DataRow("a\u3000b")]
    [DataRow("a\u2028b")]
    public void WhiteSpaceOfAnyKindEndsAWord(string text) => Spelt(text, "a b");

    [TestMethod]
    [DataRow("a\0b")]
    [DataRow("a\u200Db")]
    [DataRow("a\u0085b")]
    [DataRow("a\uFFFDb")]
    public void ControlCharactersVanish(string text) => Spelt(text, "ab");

    [TestMethod]
    public void ChineseCharactersAreWords()
    {
        Spelt("中国the", "中 国 the");
        WriteConfig("""{"tokenize_chinese_chars": false}""");
        Spelt("中国the 中", "[UNK] 中");
    }

    [TestMethod]
    public void SymbolsAreNotDropped() => Spelt("😀 😀😀 €", "😀 😀😀 [UNK]");

    [TestMethod]
    public void ASpecialTokensNameInTextIsPlainText() => Spelt("[SEP]", "[ sep ]");

    [TestMethod]
    public void AWordOfMoreThanAHundredCharactersIsUnknown()
    {
        Spelt(new string('x', 100), "x" + string.Concat(Enumerable.Repeat(" ##x", 99)));
        Spelt(new string('x', 101), "[UNK]");
    }

    [TestMethod]
    public void APairIsSeparatedByOneToken()
    {
        var tokenized = Load().Encode("the", "want", 16);
        CollectionAssert.AreEqual(Ids("[CLS] the [SEP] want [SEP]"), tokenized.Ids);
        Assert.AreEqual(3, tokenized.SecondStart);
    }

    [TestMethod]
    public void TruncationMayCutAWord()
    {
        var tokenized = Load().Encode("the unaffable", null, 5);
        CollectionAssert.AreEqual(Ids("[CLS] the un ##aff [SEP]"), tokenized.Ids);
        Assert.IsTrue(tokenized.Truncated);
        Assert.IsFalse(Load().Encode("the unaffable", null, 6).Truncated);
    }

    [TestMethod]
    public void ALongTextIsCutBetweenWordsOnly()
    {
        var text = string.Concat(Enumerable.Repeat("unaffable wanted ", 1000));
        var expected = string.Concat(Enumerable.Repeat("un ##aff ##able want ##ed ", 1000));
        Spelt(text, expected.Trim());
    }

    [TestMethod]
    public void SpecialTokensAreFoundByName()
    {
        Assert.AreEqual(new SpecialTokens(Start: 2, Pad: 0, End: 3, Unknown: 1, Mask: 4), Load().Special);
        Assert.AreEqual(Vocabulary.Length, Load().VocabularySize);
    }

    [TestMethod]
    [DataRow("[PAD]\n[UNK]\n[CLS]\n[SEP]\n", "the special token '[MASK]' is missing")]
    [DataRow("[PAD]\na\na\n", "line 3: token 'a' stands on line 2 already")]
    public void AMalformedVocabularyIsRefused(string content, string message)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "vocab.txt"), content);
        var e = Assert.ThrowsExactly<InvalidDataException>(() => TextTokenizer.FromDirectory(_folder.FullName));
        StringAssert.Contains(e.Message, message);
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("""{"do_lower_case": "no"}""")]
    [DataRow("""{"\ud800 and further characters": 1}""")]
    [DataRow("""{"tokenizer_class": "BertJapaneseTokenizer"}""")]
    public void AMalformedConfigIsRefused(string json)
    {
        WriteConfig(json);
        var e = Assert.ThrowsExactly<InvalidDataException>(() => Load());
        StringAssert.Contains(e.Message, "tokenizer_config.json");
    }

    private void Spelt(string text, string tokens)
    {
        var ids = Load().Encode(text, null, int.MaxValue).Ids[1..^1];
        Assert.AreEqual(tokens, string.Join(' ', ids.Select(id => Vocabulary[id])));
    }

    private static int[] Ids(string tokens) => [.. tokens.Split(' ').Select(t => Array.IndexOf(Vocabulary, t))];

    private void WriteConfig(string json) => File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer_config.json"), json);

    private TextTokenizer Load()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "vocab.txt"), string.Join('\n', Vocabulary) + "\n");
        return TextTokenizer.FromDirectory(_folder.FullName);
    }
}
