using Microsoft.ML.Lora.Backbones;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>Lays rows side by side, padded to the longest of them.</summary>
/// <param name="padTokenId">What stands where a row has ended.</param>
/// <param name="device">Where the tensors go.</param>
internal sealed class Collator(int padTokenId, Device device)
{
    /// <summary>The rows as a batch; the caller owns its tensors.</summary>
    public TokenBatch Batch(IReadOnlyList<int[]> rows)
    {
        var length = rows.Max(row => row.Length);
        var ids = new long[rows.Count * length];
        var mask = new long[rows.Count * length];
        Array.Fill(ids, padTokenId);
        for (var r = 0; r < rows.Count; r++)
        {
            for (var t = 0; t < rows[r].Length; t++) ids[r * length + t] = rows[r][t];
            mask.AsSpan(r * length, rows[r].Length).Fill(1);
        }

        long[] shape = [rows.Count, length];
        var padded = rows.Any(row => row.Length < length);
        return new TokenBatch(tensor(ids, shape, device: device), padded ? tensor(mask, shape, device: device) : null);
    }

    /// <summary>The labels as int64 [rows]; the caller owns the tensor.</summary>
    public Tensor Labels(IEnumerable<int> labels) => tensor(labels.Select(label => (long)label).ToArray(), device: device);
}
