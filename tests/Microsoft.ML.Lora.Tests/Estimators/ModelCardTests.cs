using System.Text;

namespace Microsoft.ML.Lora.Tests.Estimators;

[TestClass]
public sealed class ModelCardTests
{
    private static readonly ModelCard Card = new()
    {
        Id = "me/adapter",
        Base = new()
        {
            Kind = BaseModelKind.Hub,
            Id = "FacebookAI/roberta-base",
            Revision = new string('a', 40),
            Directory = "/home/me/cache",
            Dimensions = new("roberta", new Dictionary<string, int>()),
            Files = new Dictionary<string, FileDigest>(),
        },
        Adapter = new() { Rank = 8, Alpha = 16 },
        Parameters = new(887_042, 125_534_212),
        Labels = LabelValues.FromNames(["good", "bad"]),
        ReadsPairs = false,
        MaxLength = 256,
        Training = new(1_234, 3, 234, 0.12345, TimeSpan.FromSeconds(12.34)),
    };

    [TestMethod]
    public void ACardNamesBaseLibraryClassesAndFigures()
    {
        var text = TextOf(Card);
        StringAssert.StartsWith(text, "---\nbase_model: FacebookAI/roberta-base\nlibrary_name: peft\npipeline_tag: text-classification\ntags:\n"
            + "- base_model:adapter:FacebookAI/roberta-base\n- lora\n");
        foreach (var part in (string[])
            ["| 1 | bad |", "| Rank | 8 |", "| Training rows | 1,234 |", "| Trained parameters | 887,042 of 125,534,212 (0.71 %) |", "| Training loss, last epoch | 0.1235 |",
                $"BaseModel.FromHub(\"FacebookAI/roberta-base\", \"{new string('a', 40)}\")", "labels: [\"good\", \"bad\"]", ModelCard.Mark])
            Assert.Contains(part, text);
        Assert.DoesNotContain("/home/me", text);
    }

    [TestMethod]
    public void ABaseThatIsNotOnTheHubIsNotNamedAsIfItWere()
    {
        var card = Card with { Base = Card.Base with { Kind = BaseModelKind.Bundled, Id = "tiny-english", Revision = null }, Training = null };
        Assert.DoesNotContain("base_model", TextOf(card));
        Assert.Contains("BaseModel.FromBundle(\"tiny-english\")", TextOf(card));
        Assert.DoesNotContain("Training rows", TextOf(card));
    }

    [TestMethod]
    public void LabelsAreTextAndNeverMarkup()
    {
        var text = TextOf(Card with { Labels = LabelValues.FromNames(["a|b\n```\n# <script>", "\"quoted\\\""]) });
        Assert.DoesNotContain("<script>\n", text);
        Assert.Contains("| 0 | a\\|b \\`\\`\\` \\# \\<script\\> |", text);
        Assert.Contains("labels: [\"a|b\\u000a\\u0060\\u0060\\u0060\\u000a# <script>\", \"\\\"quoted\\\\\\\"\"]", text);
    }

    [TestMethod]
    public void ManyClassesAreCutShort()
    {
        var text = TextOf(Card with { Labels = LabelValues.FromNames([.. Enumerable.Range(0, 1000).Select(i => $"c{i}")]) });
        Assert.Contains("| … | 800 more |", text);
        Assert.DoesNotContain("c999", text);
    }

    [TestMethod]
    public void PythonIsToldHowManyClassesThereAre()
    {
        Assert.Contains("from_pretrained(\"me/adapter\", num_labels=3)", TextOf(Card with { Labels = LabelValues.FromNames(["a", "b", "c"]) }));
        Assert.Contains("from_pretrained(\"me/adapter\", num_labels=1)", TextOf(Card with { Labels = null }));
    }

    private static string TextOf(ModelCard card) => Encoding.UTF8.GetString(card.ToUtf8());
}
