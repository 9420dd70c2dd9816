namespace Microsoft.ML.Lora.Training;

/// <summary>
/// Splits an epoch into batches: the rows are shuffled, then rows within a window of the shuffled order are grouped by length,
/// so that little of a batch is padding, and the batches are shuffled. The order depends on seed and epoch alone.
/// </summary>
internal static class BatchSampler
{
    private const int WindowInBatches = 50;

    /// <summary>How many batches an epoch has.</summary>
    public static int Count(int rows, int batchSize) => (rows + batchSize - 1) / batchSize;

    /// <summary>The rows' indices, a batch an element; each row comes once.</summary>
    public static int[][] Epoch(IReadOnlyList<TokenizedRow> rows, int batchSize, int seed, int epoch)
    {
        var random = new Random(HashCode(seed, epoch));
        var order = Enumerable.Range(0, rows.Count).ToArray();
        random.Shuffle(order);
        var batches = order
            .Chunk(WindowInBatches * batchSize)
            .SelectMany(window => window.OrderBy(i => rows[i].Length).Chunk(batchSize))
            .ToArray();
        random.Shuffle(batches);
        return batches;
    }

    // System.HashCode differs from process to process.
    private static int HashCode(int seed, int epoch) => unchecked((seed * 0x2545F491) ^ (epoch * (int)0x9E3779B9));
}
