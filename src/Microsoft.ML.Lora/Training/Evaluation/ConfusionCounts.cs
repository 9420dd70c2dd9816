namespace Microsoft.ML.Lora.Training;

/// <summary>How often each class was taken for each class, and what follows from it.</summary>
/// <param name="classes">How many classes there are.</param>
internal sealed class ConfusionCounts(int classes)
{
    /// <summary>With more classes there is no table of label by prediction, whose size is the square of their number.</summary>
    public const int MostInTable = 1000;

    private readonly int[][]? _table = classes > MostInTable ? null : [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
    private readonly int[] _right = new int[classes];
    private readonly int[] _labelled = new int[classes];
    private readonly int[] _predicted = new int[classes];

    /// <summary>Rows by label, then by prediction; null with more than <see cref="MostInTable"/> classes.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? Counts => _table;

    /// <summary>The share of rows whose prediction is the label.</summary>
    public double Accuracy => (double)_right.Sum() / _labelled.Sum();

    /// <summary>The mean, over the classes that occur as a label or as a prediction, of 2 right / (labelled + predicted).</summary>
    public double MacroF1
    {
        get
        {
            var scores = new List<double>();
            for (var c = 0; c < classes; c++)
                if (_labelled[c] + _predicted[c] is var occurrences and > 0) scores.Add(2.0 * _right[c] / occurrences);
            return scores.Average();
        }
    }

    /// <summary>The correlation of label and prediction, from -1 to 1 (Gorodkin 2004 for more than two classes); 0 where one of them never varies.</summary>
    public double MatthewsCorrelation
    {
        get
        {
            double all = _labelled.Sum();
            var (chance, squaresLabelled, squaresPredicted) = (0.0, 0.0, 0.0);
            for (var c = 0; c < classes; c++)
            {
                var (labelled, predicted) = ((double)_labelled[c], (double)_predicted[c]);
                chance += labelled * predicted;
                squaresLabelled += labelled * labelled;
                squaresPredicted += predicted * predicted;
            }

            var scale = Math.Sqrt(all * all - squaresPredicted) * Math.Sqrt(all * all - squaresLabelled);
            return scale > 0 ? (_right.Sum() * all - chance) / scale : 0;
        }
    }

    /// <summary>Counts a row.</summary>
    public void Add(int label, int prediction)
    {
        _labelled[label]++;
        _predicted[prediction]++;
        if (label == prediction) _right[label]++;
        if (_table is not null) _table[label][prediction]++;
    }
}
