using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Rows of one step, a quarter of them with hidden tokens (dynamic masking; Liu et al. 2019, section 4.1): of the hidden ones 80 % become the mask, 10 % another token, 10 % stay.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Places">Where tokens are hidden in the flattened batch, int64 [hidden].</param>
/// <param name="Tokens">What stood there, int64 [hidden].</param>
internal sealed record PretrainingBatch(TokenBatch Input, Tensor Places, Tensor Tokens) : IDisposable
{
    private const double MaskedRows = 0.25;
    private const double MaskedTokens = 0.2;

    /// <summary>Pads rows and hides tokens; the result, which the caller owns, depends on rows, seed and step alone.</summary>
    public static PretrainingBatch Make(IReadOnlyList<TrainingRow> rows, SpecialTokens special, int vocabularySize, int seed, int step)
    {
        var random = new Random(unchecked((seed * 0x2545F491) ^ (step * (int)0x9E3779B9)));
        var length = rows.Max(row => row.Ids.Length);
        var (ids, mask) = (new long[rows.Count * length], new long[rows.Count * length]);
        Array.Fill(ids, special.Pad);
        List<long> places = [], tokens = [];
        for (var row = 0; row < rows.Count; row++)
        {
            var hides = random.NextDouble() < MaskedRows;
            for (var t = 0; t < rows[row].Ids.Length; t++)
            {
                var (place, id) = (row * length + t, rows[row].Ids[t]);
                (ids[place], mask[place]) = (id, 1);
                if (!hides || id == special.Start || id == special.End || random.NextDouble() >= MaskedTokens) continue;
                places.Add(place);
                tokens.Add(id);
                var fate = random.NextDouble();
                if (fate < 0.8) ids[place] = special.Mask;
                else if (fate < 0.9) ids[place] = random.Next(vocabularySize);
            }
        }

        Tensor Owned(long[] values, params long[] shape) => tensor(values, shape).DetachFromDisposeScope();
        var padded = mask.Contains(0) ? Owned(mask, rows.Count, length) : null;
        return new(new TokenBatch(Owned(ids, rows.Count, length), padded), Owned([.. places], places.Count), Owned([.. tokens], tokens.Count));
    }

    /// <summary>The same batch on a device; it takes the place of the given one.</summary>
    public PretrainingBatch On(Device device)
    {
        if (device.type == TorchSharp.DeviceType.CPU) return this;
        using (this)
        {
            Tensor Moved(Tensor tensor) => tensor.to(device).DetachFromDisposeScope();
            return new(new TokenBatch(Moved(Input.InputIds), Input.AttentionMask is { } mask ? Moved(mask) : null), Moved(Places), Moved(Tokens));
        }
    }

    public void Dispose()
    {
        Input.InputIds.Dispose();
        Input.AttentionMask?.Dispose();
        Places.Dispose();
        Tokens.Dispose();
    }
}
