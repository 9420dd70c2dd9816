using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>The raw bytes of tensors, block by block, since a span holds no more than 2 GB.</summary>
internal static class TensorBytes
{
    private const long BlockBytes = 1 << 28;

    /// <summary>Sees one block: the bytes and where they stand in the tensor.</summary>
    public delegate void Visitor(Span<byte> block, long position);

    /// <summary>Visits all bytes of a contiguous CPU tensor in order.</summary>
    public static void Visit(Tensor tensor, Visitor visit)
    {
        var size = tensor.ElementSize;
        var count = tensor.NumberOfElements;
        if (count == 0) return;
        using var flat = tensor.view(-1);
        var step = BlockBytes / size;
        for (long start = 0; start < count; start += step)
        {
            using var block = flat.narrow(0, start, Math.Min(step, count - start));
            visit(block.bytes, start * size);
        }
    }
}
