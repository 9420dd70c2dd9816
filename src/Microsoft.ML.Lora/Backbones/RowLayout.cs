using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>
/// Where the rows of a batch lie in its hidden states, [batch, length, hidden] or packed [tokens, hidden]. Only attention looks at more than one
/// token at a time: it takes short rows bin by bin, several to a bin, and long ones in groups of one length.
/// </summary>
internal sealed class RowLayout : IDisposable
{
    private readonly Tensor? _firstTokens;

    /// <summary>The layout of a batch.</summary>
    public RowLayout(TokenBatch batch)
    {
        if (batch.Lengths is { } lengths)
        {
            Groups = [.. GroupsOf(lengths)];
            Rows = lengths.Count;
            _firstTokens = tensor([.. Groups.SelectMany(group => Enumerable.Range(0, group.Rows).Select(row => (long)group.FirstToken + row * group.Length))])
                .to(batch.InputIds.device).DetachFromDisposeScope();
            Bins = RowBins.Of(lengths, batch.InputIds.device);
        }
        else
        {
            var (rows, length) = (batch.InputIds.shape[0], batch.InputIds.shape[1]);
            Groups = [new RowGroup(0, 0, (int)rows, (int)length)];
            Rows = (int)rows;
            Bias = Attention.Bias(batch.AttentionMask)?.DetachFromDisposeScope();
            if (Bias is null) Bins = RowBins.Of([.. Enumerable.Repeat((int)length, (int)rows)], batch.InputIds.device);
        }
    }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>Runs of rows of one length; a single one where the rows stand side by side.</summary>
    public IReadOnlyList<RowGroup> Groups { get; }

    /// <summary>The bins that attention takes; null where it takes the groups.</summary>
    public RowBins? Bins { get; }

    /// <summary>What is added to the attention scores; see <see cref="Attention.Bias"/>. Null where nothing is padded.</summary>
    public Tensor? Bias { get; }

    /// <summary>The vectors of the rows' first tokens, [rows, hidden]; the caller owns them.</summary>
    public Tensor First(Tensor hidden) => _firstTokens is null ? hidden.select(1, 0) : hidden.index_select(0, _firstTokens);

    public void Dispose()
    {
        _firstTokens?.Dispose();
        Bins?.Dispose();
        Bias?.Dispose();
    }

    private static IEnumerable<RowGroup> GroupsOf(IReadOnlyList<int> lengths)
    {
        var token = 0;
        for (var row = 0; row < lengths.Count;)
        {
            var end = row + 1;
            while (end < lengths.Count && lengths[end] == lengths[row]) end++;
            yield return new RowGroup(row, token, end - row, lengths[row]);
            token += (end - row) * lengths[row];
            row = end;
        }
    }
}

/// <summary>Neighbouring rows of one length.</summary>
/// <param name="FirstRow">The first row's index in the batch.</param>
/// <param name="FirstToken">Where its tokens begin among all the batch's.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Length">Tokens of each.</param>
internal readonly record struct RowGroup(int FirstRow, int FirstToken, int Rows, int Length);
