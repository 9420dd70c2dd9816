using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests;

/// <summary>How many tensors are alive. TorchSharp never uncounts the tensor that a new Parameter empties, so each one made adds to the count for good.</summary>
internal static class LiveTensors
{
    public static long Count => Tensor.TotalCount;

    /// <summary>What a Parameter that was made and disposed of leaves in <see cref="Count"/>.</summary>
    public static long CountedTwicePerParameter { get; } = Measure();

    private static long Measure()
    {
        var before = Count;
        new Parameter(zeros(1)).Dispose();
        return Count - before;
    }
}
