namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// Which rows each step reads: every epoch all rows in a new order, rows of like length together within a window, as many to a batch as its tokens allow.
/// It depends on seed and step alone, so that an interrupted run goes on as if nothing had happened.
/// </summary>
internal sealed class BatchPlan(IReadOnlyList<int> lengths, int tokensPerStep, int seed)
{
    private const int BatchesInWindow = 50;

    private int[][] _batches = [];
    private int _epoch = -1, _firstStep;

    /// <summary>The rows of a step, as indices, and the epoch it belongs to. Steps are asked for in rising order.</summary>
    public (int[] Rows, int Epoch) At(int step)
    {
        while (step >= _firstStep + _batches.Length)
        {
            _firstStep += _batches.Length;
            _batches = Plan(++_epoch);
        }

        return (_batches[step - _firstStep], _epoch);
    }

    private int[][] Plan(int epoch)
    {
        var random = new Random(unchecked(seed * 1_000_003 + epoch));
        var order = Enumerable.Range(0, lengths.Count).ToArray();
        random.Shuffle(order);
        var rowsInWindow = (int)Math.Max(1, BatchesInWindow * (long)tokensPerStep / Math.Max(1, (int)lengths.Average()));
        List<int[]> batches = [];
        foreach (var window in order.Chunk(rowsInWindow))
        {
            Array.Sort(window, (a, b) => lengths[a] != lengths[b] ? lengths[a].CompareTo(lengths[b]) : a.CompareTo(b));
            var inWindow = Cut(window).ToArray();
            random.Shuffle(inWindow);
            batches.AddRange(inWindow);
        }

        return [.. batches];
    }

    private IEnumerable<int[]> Cut(int[] sorted)
    {
        for (var from = 0; from < sorted.Length;)
        {
            var to = from + 1;
            while (to < sorted.Length && (to + 1 - from) * lengths[sorted[to]] <= tokensPerStep) to++;
            yield return sorted[from..to];
            from = to;
        }
    }
}
