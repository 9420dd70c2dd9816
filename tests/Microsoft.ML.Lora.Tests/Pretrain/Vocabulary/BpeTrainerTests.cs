using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Vocabulary;
using Microsoft.ML.Lora.Tests.Pretrain.Teacher;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Pretrain.Vocabulary;

[TestClass]
public class BpeTrainerTests
{
    private const int BytesAndSpecials = 4 + 256 + 1;

    [TestMethod]
    public void TheMostFrequentPairMergesFirst()
    {
        var words = new Dictionary<string, long> { ["low"] = 5, ["lower"] = 2, ["newest"] = 6, ["widest"] = 3 };
        var vocabulary = BpeTrainer.Train(words, BytesAndSpecials + 4);
        CollectionAssert.AreEqual((string[])["e s", "es t", "l o", "lo w"], vocabulary.Merges.Select(m => $"{m.Left} {m.Right}").ToArray());
        CollectionAssert.AreEqual((string[])["es", "est", "lo", "low", "<mask>"], vocabulary.Tokens.TakeLast(5).ToArray());
    }

    [TestMethod]
    public void TheMergesAreThoseOfCountingAnewEachTime()
    {
        var random = new Random(5);
        var words = new Dictionary<string, long>();
        for (var i = 0; i < 300; i++)
            words[string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "aabcdé"[random.Next(6)]))] = random.Next(1, 20);
        var merges = BpeTrainer.Train(words, BytesAndSpecials + 120).Merges;
        CollectionAssert.AreEqual(CountAnew(words, 120), merges.Select(m => (m.Left, m.Right)).ToArray());
    }

    [TestMethod]
    public void TheOrderOfTheWordsIsOfNoConsequence()
    {
        var words = Enumerable.Range(0, 200).ToDictionary(i => $" word{i * 7919 % 613}x", i => (long)(i % 5 + 1));
        var once = BpeTrainer.Train(words, 400);
        var again = BpeTrainer.Train(words.Reverse().ToDictionary(w => w.Key, w => w.Value), 400);
        CollectionAssert.AreEqual(once.Tokens.ToArray(), again.Tokens.ToArray());
    }

    [TestMethod]
    public void NoMergeSpellsASpecialToken()
    {
        var counts = new WordCounts();
        for (var i = 0; i < 50; i++) counts.Add("<s></s><pad><unk><mask> <s>");
        var vocabulary = BpeTrainer.Train(counts.Counts, BytesAndSpecials + 100);
        CollectionAssert.AllItemsAreUnique(vocabulary.Tokens.ToArray());
        Assert.IsFalse(vocabulary.Merges.Any(m => m.Left + m.Right is "<s>" or "</s>" or "<pad>" or "<unk>" or "<mask>"));
    }

    [TestMethod]
    public void APairThatOccursOnceIsNotMerged() =>
        Assert.HasCount(BytesAndSpecials, BpeTrainer.Train(new Dictionary<string, long> { ["abc"] = 1 }, 1000).Tokens);

    [TestMethod]
    public void ASizeWithoutRoomForTheBytesIsRefused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => BpeTrainer.Train(new Dictionary<string, long>(), BytesAndSpecials - 1));

    [TestMethod]
    public void TheFilesMakeATokenizer()
    {
        using var folder = new TemporaryFolder();
        var counts = new WordCounts();
        for (var i = 0; i < 2; i++) counts.Add("the cat's café");
        BpeTrainer.Train(counts.Counts, 400).Write(folder["vocabulary"]);
        var tokenizer = TextTokenizer.FromDirectory(folder["vocabulary"]);
        Assert.AreEqual(new SpecialTokens(0, 1, 2, 3, tokenizer.VocabularySize - 1), tokenizer.Special);
        Assert.HasCount(2 + 4, tokenizer.Encode("the cat's café", null, 64).Ids);
        Assert.HasCount(2 + 4 + 4, tokenizer.Encode("the cat's café" + "😀", null, 64).Ids);
    }

    [TestMethod]
    public void WordsOfARankingCountLessTheLaterTheyCome()
    {
        var counts = new WordCounts();
        counts.AddRanked(["the", "of", "3rd", "film"]);
        Assert.IsGreaterThan(counts.Counts[" of"], counts.Counts[" the"]);
        Assert.IsGreaterThan(counts.Counts[" Film"], counts.Counts[" film"]);
        Assert.IsGreaterThan(0, counts.Counts["Film"]);
        Assert.IsFalse(counts.Counts.ContainsKey(" 3rd"));
    }

    [TestMethod]
    public void WordsFallIntoTheTeachersPieces()
    {
        using var folder = new TemporaryFolder();
        var counts = new WordCounts();
        counts.Add("the films good films");
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"])).Tokenizer;
        var pieces = counts.Pieces(teacher);
        Assert.AreEqual(2, pieces[" film"]);
        Assert.AreEqual(2, pieces["s"]);
        Assert.AreEqual(1, pieces[" good"]);
        Assert.IsFalse(pieces.ContainsKey(" films"));
        Assert.IsFalse(pieces.ContainsKey(" the"), "Nothing stands before the first word.");
    }

    private static (string, string)[] CountAnew(Dictionary<string, long> wordCounts, int merges)
    {
        var characters = BpeTrainer.ByteCharacters();
        var ids = characters.Select((c, b) => (c, b)).ToDictionary(x => x.c.ToString(), x => x.b);
        var words = wordCounts.Select(w => (
            Symbols: System.Text.Encoding.UTF8.GetBytes(w.Key).Select(b => characters[b].ToString()).ToList(), Count: w.Value)).ToList();
        var result = new List<(string, string)>();
        while (result.Count < merges)
        {
            var (left, right) = words
                .SelectMany(w => w.Symbols.Zip(w.Symbols.Skip(1)).Select(pair => (Pair: pair, w.Count)))
                .GroupBy(x => x.Pair)
                .OrderByDescending(g => g.Sum(x => x.Count)).ThenBy(g => ids[g.Key.First]).ThenBy(g => ids[g.Key.Second])
                .First().Key;
            result.Add((left, right));
            ids.TryAdd(left + right, ids.Count);
            foreach (var (symbols, _) in words)
                for (var i = 0; i + 1 < symbols.Count; i++)
                    if (symbols[i] == left && symbols[i + 1] == right)
                    {
                        symbols[i] = left + right;
                        symbols.RemoveAt(i + 1);
                    }
        }
        return [.. result];
    }
}
