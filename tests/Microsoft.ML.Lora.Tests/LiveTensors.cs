using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests;

/// <summary>How many tensors are alive. TorchSharp never uncounts the tensor that a new Parameter empties, so each one made adds to the count for good.</summary>
internal static class LiveTensors
{
    public static long Count => Tensor.TotalCount;

    /// <summary>The count after the finalizers of all that earlier tests dropped have run: what a test compares <see cref="Count"/> with at its end.</summary>
    public static long Settled()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return Count;
    }

    /// <summary>What a Parameter that was made and disposed of leaves in <see cref="Count"/>.</summary>
    public static long CountedTwicePerParameter { get; } = Measure();

    private static long Measure()
    {
        var before = Settled();
        new Parameter(zeros(1)).Dispose();
        return Count - before;
    }
}
