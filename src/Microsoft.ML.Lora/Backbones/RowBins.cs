using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>
/// Bins of several neighbouring short rows each, in which attention looks at all tokens at once and a bias keeps rows apart. A processor's matrix
/// products have a price each, whatever their size: for 16 rows of 13 tokens a few of a hundred tokens cost less than 16 small ones a head.
/// </summary>
internal sealed class RowBins : IDisposable
{
    private const int Capacity = 60;

    private RowBins(BinPlaces tokens, BinPlaces firstTokens) => (Tokens, FirstTokens) = (tokens, firstTokens);

    /// <summary>All tokens.</summary>
    public BinPlaces Tokens { get; }

    /// <summary>The first token of each row.</summary>
    public BinPlaces FirstTokens { get; }

    /// <summary>Bins for packed rows of the given lengths; null where they would not save half of the products, or on a GPU.</summary>
    public static RowBins? Of(IReadOnlyList<int> lengths, Device device)
    {
        var bins = Fill(lengths);
        if (device.type != TorchSharp.DeviceType.CPU || bins.Count * 2 > lengths.Count) return null;
        var tokens = bins.ConvertAll(bin => bin.SelectMany(row => Enumerable.Repeat(row, lengths[row])).ToArray());
        return new(new BinPlaces(tokens, tokens), new BinPlaces(bins, tokens));
    }

    public void Dispose()
    {
        Tokens.Dispose();
        FirstTokens.Dispose();
    }

    private static List<int[]> Fill(IReadOnlyList<int> lengths)
    {
        List<int[]> bins = [];
        for (var row = 0; row < lengths.Count;)
        {
            var (end, tokens) = (row + 1, lengths[row]);
            while (end < lengths.Count && tokens + lengths[end] <= Capacity) tokens += lengths[end++];
            bins.Add([.. Enumerable.Range(row, end - row)]);
            row = end;
        }

        return bins;
    }
}

/// <summary>Vectors that ask, one for each of some tokens: packed, [vectors, hidden], or spread over bins, [bins, places, hidden].</summary>
internal sealed class BinPlaces : IDisposable
{
    private readonly Tensor _spread, _pack;
    private readonly int _bins, _size;

    /// <summary>Places in bins.</summary>
    /// <param name="asking">The row of each vector that asks, a bin an element.</param>
    /// <param name="tokens">The row of each token that is looked at, likewise.</param>
    public BinPlaces(List<int[]> asking, List<int[]> tokens)
    {
        (_bins, _size) = (asking.Count, asking.Max(bin => bin.Length));
        var width = tokens.Max(bin => bin.Length);
        var (spread, pack, bias) = (new long[_bins * _size], new long[asking.Sum(bin => bin.Length)], new float[_bins * _size * width]);
        for (var (bin, vector) = (0, 0L); bin < _bins; bin++)
        {
            for (var place = 0; place < asking[bin].Length; place++, vector++)
            {
                var at = bin * _size + place;
                (spread[at], pack[vector]) = (vector, at);
                bias.AsSpan(at * width, width).Fill(float.MinValue);
                for (var token = 0; token < tokens[bin].Length; token++)
                    if (tokens[bin][token] == asking[bin][place])
                        bias[at * width + token] = 0;
            }
        }

        using var scope = NewDisposeScope();
        _spread = tensor(spread).DetachFromDisposeScope();
        _pack = tensor(pack).DetachFromDisposeScope();
        Bias = tensor(bias, [_bins, 1, _size, width]).DetachFromDisposeScope();
    }

    /// <summary>What is added to the attention scores, [bins, 1, places, tokens of a bin]: 0 within a row, the lowest float32 between rows. What fills a bin up sees all.</summary>
    public Tensor Bias { get; }

    /// <summary>Packed vectors in their places; where a bin is not full, any vector stands.</summary>
    public Tensor Spread(Tensor packed) => packed.index_select(0, _spread).view(_bins, _size, -1);

    /// <summary>What stands in the places, packed again.</summary>
    public Tensor Pack(Tensor spread) => spread.reshape(_bins * _size, -1).index_select(0, _pack);

    public void Dispose()
    {
        _spread.Dispose();
        _pack.Dispose();
        Bias.Dispose();
    }
}
