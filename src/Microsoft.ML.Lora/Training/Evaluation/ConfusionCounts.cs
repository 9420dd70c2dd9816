namespace Microsoft.ML.Lora.Training;

/// <summary>How often each class was taken for each class, and what follows from it.</summary>
/// <param name="classes">How many classes there are.</param>
internal sealed class ConfusionCounts(int classes)
{
    private readonly int[][] _counts = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];

    /// <summary>Rows by label, then by prediction.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Counts => _counts;

    /// <summary>The share of rows whose prediction is the label.</summary>
    public double Accuracy => (double)Right / All;

    /// <summary>The mean, over the classes that occur as a label or as a prediction, of 2 right / (labelled + predicted).</summary>
    public double MacroF1
    {
        get
        {
            var scores = new List<double>();
            for (var c = 0; c < classes; c++)
                if (Labelled(c) + Predicted(c) is var occurrences and > 0) scores.Add(2.0 * _counts[c][c] / occurrences);
            return scores.Average();
        }
    }

    /// <summary>The correlation of label and prediction, from -1 to 1 (Gorodkin 2004 for more than two classes); 0 where one of them never varies.</summary>
    public double MatthewsCorrelation
    {
        get
        {
            double all = All;
            var (chance, squaresLabelled, squaresPredicted) = (0.0, 0.0, 0.0);
            for (var c = 0; c < classes; c++)
            {
                var (labelled, predicted) = ((double)Labelled(c), (double)Predicted(c));
                chance += labelled * predicted;
                squaresLabelled += labelled * labelled;
                squaresPredicted += predicted * predicted;
            }

            var scale = Math.Sqrt(all * all - squaresPredicted) * Math.Sqrt(all * all - squaresLabelled);
            return scale > 0 ? (Right * all - chance) / scale : 0;
        }
    }

    /// <summary>Counts a row.</summary>
    public void Add(int label, int prediction) => _counts[label][prediction]++;

    private int All => _counts.Sum(row => row.Sum());

    private int Right => Enumerable.Range(0, classes).Sum(c => _counts[c][c]);

    private int Labelled(int c) => _counts[c].Sum();

    private int Predicted(int c) => _counts.Sum(row => row[c]);
}
