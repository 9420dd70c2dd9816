namespace Microsoft.ML.Lora.Formats;

/// <summary>A tensor as a safetensors file describes it.</summary>
/// <param name="Name">Its name, such as <c>roberta.encoder.layer.0.attention.self.query.weight</c>.</param>
/// <param name="Dtype">The type of its elements in the file.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Offset">Where its bytes begin, counted from the start of the file.</param>
/// <param name="Length">How many bytes it takes.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>The number of elements.</summary>
    public long Count => Length / Dtype.Size;
}
