using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training.Checkpoints;

/// <summary>A training's history as float64 tensors; the tensors that are made belong to the open dispose scope.</summary>
internal static class HistoryTensors
{
    private const string Losses = "history.losses";
    private const string Validations = "history.validations";

    public static IEnumerable<(string Name, Tensor Tensor)> Of(TrainingHistory history)
    {
        yield return (Losses, Table(history.Losses, point => [point.Step, point.Loss, point.LearningRate]));
        yield return (Validations, Table(history.Validations, point =>
            [point.Step, point.Metrics.Loss, point.Metrics.Accuracy, point.Metrics.MacroF1, point.Metrics.MatthewsCorrelation, point.Metrics.PearsonCorrelation]));
        foreach (var (step, metrics) in history.Validations)
        {
            if (metrics.Confusion is { } confusion)
                yield return (Confusion(step), tensor(confusion.SelectMany(row => row).Select(count => (long)count).ToArray(), [confusion.Count, confusion.Count]));
        }
    }

    public static void Restore(TrainingHistory history, Func<string, bool> contains, Func<string, Tensor> load, (int StepsPerPoint, double Sum, int Count) unfinished)
    {
        var losses = Rows(load(Losses), 3).Select(row => new LossPoint((int)row[0], row[1], row[2]));
        var validations = Rows(load(Validations), 6).Select(row => new ValidationPoint((int)row[0], new ValidationMetrics(row[1], row[2])
        {
            MacroF1 = row[3],
            MatthewsCorrelation = row[4],
            PearsonCorrelation = row[5],
            Confusion = contains(Confusion((int)row[0])) ? Square(load(Confusion((int)row[0]))) : null,
        }));
        history.Restore(losses, validations, unfinished);
    }

    private static string Confusion(int step) => $"history.confusion.{step}";

    private static Tensor Table<T>(IReadOnlyList<T> points, Func<T, double[]> row) =>
        tensor(points.SelectMany(row).ToArray(), [points.Count, points.Count == 0 ? 0 : row(points[0]).Length], dtype: ScalarType.Float64);

    // An empty tensor's data cannot be read.
    private static IEnumerable<double[]> Rows(Tensor table, int columns) => table.numel() == 0 ? [] : table.data<double>().ToArray().Chunk(columns);

    private static int[][] Square(Tensor counts)
    {
        var size = (int)counts.shape[0];
        return [.. counts.data<long>().ToArray().Select(count => (int)count).Chunk(Math.Max(1, size))];
    }
}
