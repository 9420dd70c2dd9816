namespace Microsoft.ML.Lora.Training;

/// <summary>
/// Splits an epoch into batches: the rows are shuffled, then rows within a window of the shuffled order are grouped by length,
/// so that little of a batch is padding, and the batches are shuffled. The order depends on seed and epoch alone.
/// </summary>
internal static class BatchSampler
{
    private const int WindowInBatches = 50;

    /// <summary>How many batches an epoch has, where only the number of rows bounds a batch.</summary>
    public static int Count(int rows, int batchSize) => (int)(((long)rows + batchSize - 1) / batchSize);

    /// <summary>The rows' indices, a batch an element; each row comes once.</summary>
    /// <param name="rows">The data.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="seed">The training's seed.</param>
    /// <param name="epoch">The pass over the data.</param>
    /// <param name="maxTokens">Where above 0: a batch has as many rows as fit so many tokens, padding included, but at least one.</param>
    public static int[][] Epoch(IReadOnlyList<TokenizedRow> rows, int batchSize, int seed, int epoch, int maxTokens = 0)
    {
        batchSize = Math.Clamp(batchSize, 1, Math.Max(1, rows.Count));
        var random = new Random(HashCode(seed, epoch));
        var order = Enumerable.Range(0, rows.Count).ToArray();
        random.Shuffle(order);
        var batches = order
            .Chunk((int)Math.Clamp((long)WindowInBatches * batchSize, 1, Array.MaxLength))
            .Select(window => window.OrderBy(i => rows[i].Length))
            .SelectMany(window => maxTokens > 0 ? Fill(window, i => rows[i].Length, maxTokens) : window.Chunk(batchSize))
            .ToArray();
        random.Shuffle(batches);
        return batches;
    }

    /// <summary>Batches of as many rows as fit so many tokens, padding included, but at least one.</summary>
    /// <param name="ascending">Rows by ascending length, so that each new row is as long as the batch will be.</param>
    /// <param name="length">A row's tokens.</param>
    /// <param name="maxTokens">The most tokens.</param>
    public static IEnumerable<int[]> Fill(IEnumerable<int> ascending, Func<int, int> length, int maxTokens)
    {
        var batch = new List<int>();
        foreach (var i in ascending)
        {
            if (batch.Count > 0 && (batch.Count + 1L) * length(i) > maxTokens)
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(i);
        }

        if (batch.Count > 0) yield return [.. batch];
    }

    // System.HashCode differs from process to process.
    private static int HashCode(int seed, int epoch) => unchecked((seed * 0x2545F491) ^ (epoch * (int)0x9E3779B9));
}
