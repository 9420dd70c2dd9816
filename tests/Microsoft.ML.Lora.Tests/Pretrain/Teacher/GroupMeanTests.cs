using Microsoft.ML.Lora.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Teacher;

[TestClass]
public class GroupMeanTests
{
    [TestMethod]
    public void ItIsTheMeanOfEachGroupAndLetsGradientsThrough()
    {
        using var scope = NewDisposeScope();
        var vectors = tensor(new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }, [4, 2]).requires_grad_(true);
        var means = GroupMean.Of(vectors, [0, 2, 3], [0, 0, 1]);
        Close.AssertIdentical(tensor(new float[] { 3, 4, 7, 8 }, [2, 2]), means, "means");
        means.sum().backward();
        Close.AssertIdentical(tensor([0.5f, 0.5f, 0, 0, 0.5f, 0.5f, 1, 1], [4, 2]), vectors.grad!, "gradient");
        CollectionAssert.AreEqual(new long[] { 0, 2 }, GroupMean.Of(vectors, [], []).shape);
    }
}
