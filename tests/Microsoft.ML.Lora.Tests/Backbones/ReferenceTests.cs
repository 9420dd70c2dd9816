using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>The encoder against its formulas written out over plain arrays.</summary>
[TestClass]
public class ReferenceTests
{
    private static readonly TokenizedText[] Rows =
        [Tiny.Text(0, 5, 9, 17, 2), Tiny.Text(0, 30, 2), new TokenizedText([0, 8, 8, 2, 8, 8, 21, 2], SecondStart: 4, Truncated: false)];

    [TestMethod]
    [DataRow("roberta", 1, 2)]
    [DataRow("bert", 2, 0)]
    [DataRow("distilbert", 0, 0)]
    public void LogitsAreWhatTheFormulasSay(string modelType, int tokenTypes, int firstPosition)
    {
        var configuration = Tiny.Configuration with { ModelType = modelType, TokenTypes = tokenTypes, FirstPosition = firstPosition, LayerNormEpsilon = 1e-12 };
        using var model = Tiny.Classifier(configuration: configuration);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var parameter in model.parameters().Where(p => p.dim() > 1)) parameter.mul_(8);
        var names = modelType switch { "bert" => ReferenceNames.Bert, "distilbert" => ReferenceNames.DistilBert, _ => ReferenceNames.Roberta };
        var reference = new ReferenceEncoder(model, names);
        var expected = Rows.SelectMany(row => reference.Logits(row.Ids, row.SecondStart)).Select(value => (float)value).ToArray();

        var collator = new Microsoft.ML.Lora.Training.Collator(configuration, CPU);
        Close.Assert(tensor(expected, [3, 3]), model.Logits(collator.Batch(Rows)), 2e-5, "padded batch");
        Close.Assert(tensor(expected[6..], [1, 3]), model.Logits(collator.Batch([Rows[2]])), 2e-5, "one row, nothing padded");
        Assert.IsGreaterThan(0.01f, Math.Abs(expected[0] - expected[3]), "the rows must differ");
    }

    [TestMethod]
    public void PaddingDoesNotMoveARow()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var alone = model.Logits(Tiny.Batch([0, 7, 2]));
        var padded = model.Logits(Tiny.Batch([0, 7, 2], [0, 4, 5, 6, 7, 8, 9, 10, 11, 2]));
        Close.Assert(alone, padded.narrow(0, 0, 1), 1e-6, "row 0");
    }

    [TestMethod]
    public void PredictingLeavesNoTensorBehind()
    {
        using var model = Tiny.Classifier();
        var scorer = new Microsoft.ML.Lora.Training.Scorer(model, CPU);
        scorer.Scores([Tiny.Text(0, 5, 2), Tiny.Text(0, 6, 7, 2)]);
        var before = LiveTensors.Settled();
        for (var i = 0; i < 3; i++) scorer.Scores([Tiny.Text(0, 5, 2), Tiny.Text(0, 6, 7, 2)]);
        Assert.AreEqual(before, LiveTensors.Count);
    }
}
