using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>The encoder against its formulas written out over plain arrays.</summary>
[TestClass]
public class ReferenceTests
{
    [TestMethod]
    public void LogitsAreWhatTheFormulasSay()
    {
        using var model = Tiny.Classifier();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int[][] rows = [[0, 5, 9, 17, 2], [0, 30, 2], [0, 8, 8, 8, 8, 21, 2]];
        var expected = rows.SelectMany(row => new ReferenceEncoder(model).Logits(row)).Select(value => (float)value).ToArray();

        Close.Assert(tensor(expected, [3, 3]), model.Logits(Tiny.Batch(rows)), 1e-5, "padded batch");
        Close.Assert(tensor(expected[..3], [1, 3]), model.Logits(Tiny.Batch(rows[0])), 1e-5, "one row, nothing padded");
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
        scorer.Probabilities([[0, 5, 2], [0, 6, 7, 2]]);
        var before = Tensor.TotalCount;
        for (var i = 0; i < 3; i++) scorer.Probabilities([[0, 5, 2], [0, 6, 7, 2]]);
        Assert.AreEqual(before, Tensor.TotalCount);
    }
}
