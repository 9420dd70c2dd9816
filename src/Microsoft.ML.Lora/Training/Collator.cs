using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>
/// Makes a batch of rows. Rows of one length stand side by side. Others are packed on the CPU, which has no use for padding; a GPU, which rather works
/// on padding than on many small pieces, gets them padded to the longest.
/// </summary>
/// <param name="padTokenId">What stands where a row has ended.</param>
/// <param name="tokenTypes">How many token types the model tells apart; with fewer than 2, both texts of a pair look alike.</param>
/// <param name="device">Where the tensors go.</param>
internal sealed class Collator(int padTokenId, int tokenTypes, Device device)
{
    /// <summary>Rows for a model of the given shape.</summary>
    public Collator(EncoderConfiguration configuration, Device device) : this(configuration.PadTokenId, configuration.TokenTypes, device)
    {
    }

    /// <summary>The rows as a batch; the caller owns its tensors.</summary>
    public TokenBatch Batch(IReadOnlyList<TokenizedText> rows)
    {
        var length = rows.Max(row => row.Ids.Length);
        var pairs = tokenTypes > 1 && rows.Any(row => row.SecondStart < row.Ids.Length);
        var padded = rows.Any(row => row.Ids.Length < length);
        return padded && device.type == TorchSharp.DeviceType.CPU ? Packed(rows, pairs) : SideBySide(rows, length, padded, pairs);
    }

    private TokenBatch Packed(IReadOnlyList<TokenizedText> rows, bool pairs)
    {
        var ids = rows.SelectMany(row => row.Ids).Select(id => (long)id).ToArray();
        var types = rows.SelectMany(row => Enumerable.Range(0, row.Ids.Length).Select(t => t < row.SecondStart ? 0L : 1L));
        return new TokenBatch(
            tensor(ids, device: device), null, pairs ? tensor(types.ToArray(), device: device) : null, [.. rows.Select(row => row.Ids.Length)]);
    }

    private TokenBatch SideBySide(IReadOnlyList<TokenizedText> rows, int length, bool padded, bool pairs)
    {
        var ids = new long[rows.Count * length];
        var mask = new long[rows.Count * length];
        var types = new long[rows.Count * length];
        Array.Fill(ids, padTokenId);
        for (var r = 0; r < rows.Count; r++)
        {
            var row = rows[r];
            for (var t = 0; t < row.Ids.Length; t++) ids[r * length + t] = row.Ids[t];
            mask.AsSpan(r * length, row.Ids.Length).Fill(1);
            types.AsSpan(r * length + row.SecondStart, row.Ids.Length - row.SecondStart).Fill(1);
        }

        long[] shape = [rows.Count, length];
        return new TokenBatch(
            tensor(ids, shape, device: device),
            padded ? tensor(mask, shape, device: device) : null,
            pairs ? tensor(types, shape, device: device) : null);
    }
}
