using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests;

/// <summary>Compares tensors element by element.</summary>
internal static class Close
{
    /// <summary>Fails unless the shapes are equal and no element differs by more than <paramref name="tolerance"/>.</summary>
    public static void Assert(Tensor expected, Tensor actual, double tolerance, string what)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"{what}: shape");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var difference = (expected - actual).abs().max().item<float>();
        Microsoft.VisualStudio.TestTools.UnitTesting.Assert.IsTrue(difference <= tolerance, $"{what}: the largest difference is {difference}, above {tolerance}.");
    }

    /// <summary>Fails unless the tensors are equal bit for bit.</summary>
    public static void AssertIdentical(Tensor expected, Tensor actual, string what)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"{what}: shape");
        CollectionAssert.AreEqual(expected.detach().cpu().data<float>().ToArray(), actual.detach().cpu().data<float>().ToArray(), what);
    }
}
