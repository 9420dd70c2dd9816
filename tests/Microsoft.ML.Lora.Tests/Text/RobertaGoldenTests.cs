using System.Text.Json;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Text;

[TestClass]
public class RobertaGoldenTests
{
    [TestMethod]
    public void TheIdsAreThoseOfTheOriginalTokenizer()
    {
        var tokenizer = TextTokenizer.FromDirectory(Shared.Require("roberta-tokenizer"));
        var wrong = new List<string>();
        var lines = 0;
        foreach (var line in File.ReadLines(Shared.Require("golden", "roberta-tokenizer.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var pair = json.RootElement.TryGetProperty("pair", out var p) ? p.GetString() : null;
            var expected = json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var actual = tokenizer.Encode(json.RootElement.GetProperty("text").GetString(), pair, 512).Ids;
            if (!actual.SequenceEqual(expected)) wrong.Add($"{line}\n  gave {string.Join(", ", actual)}");
            lines++;
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
        Assert.AreEqual(296, lines);
    }

    [TestMethod]
    public void TheSpecialTokensAreRobertas()
    {
        var tokenizer = TextTokenizer.FromDirectory(Shared.Require("roberta-tokenizer"));
        Assert.AreEqual(new SpecialTokens(Start: 0, Pad: 1, End: 2, Unknown: 3, Mask: 50264), tokenizer.Special);
        Assert.AreEqual(50265, tokenizer.VocabularySize);
    }
}
