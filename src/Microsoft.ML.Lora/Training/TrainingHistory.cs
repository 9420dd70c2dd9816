namespace Microsoft.ML.Lora.Training;

/// <summary>The course of a training: its loss, averaged over as many steps as keep the number of points bounded, and its validations.</summary>
internal sealed class TrainingHistory
{
    private const int MostPoints = 1000;

    private readonly List<LossPoint> _losses = [];
    private readonly List<ValidationPoint> _validations = [];
    private int _stepsPerPoint = 1;
    private double _sum;
    private int _count;

    /// <summary>The losses by step.</summary>
    public IReadOnlyList<LossPoint> Losses => _losses;

    /// <summary>The validations by step.</summary>
    public IReadOnlyList<ValidationPoint> Validations => _validations;

    /// <summary>The numbers that <see cref="Restore"/> makes this object of again: steps a point, sum and count of the unfinished point.</summary>
    public (int StepsPerPoint, double Sum, int Count) Unfinished => (_stepsPerPoint, _sum, _count);

    /// <summary>Adds a step.</summary>
    public void Add(int step, double loss, double learningRate)
    {
        _sum += loss;
        if (++_count < _stepsPerPoint) return;
        _losses.Add(new LossPoint(step, _sum / _count, learningRate));
        (_sum, _count) = (0, 0);
        if (_losses.Count < MostPoints) return;
        var halved = _losses.Chunk(2).Select(pair => new LossPoint(pair[^1].Step, pair.Average(point => point.Loss), pair[^1].LearningRate)).ToList();
        _losses.Clear();
        _losses.AddRange(halved);
        _stepsPerPoint *= 2;
    }

    /// <summary>Adds a validation. Of their tables of label by prediction, only the best one's is kept.</summary>
    public void Add(int step, ValidationMetrics metrics, bool isBest)
    {
        if (isBest && _validations.FindIndex(point => point.Metrics.Confusion is not null) is var former and >= 0)
            _validations[former] = _validations[former] with { Metrics = WithoutTable(_validations[former].Metrics) };
        _validations.Add(new ValidationPoint(step, isBest ? metrics : WithoutTable(metrics)));
    }

    /// <summary>Goes on where another object stood.</summary>
    public void Restore(IEnumerable<LossPoint> losses, IEnumerable<ValidationPoint> validations, (int StepsPerPoint, double Sum, int Count) unfinished)
    {
        _losses.AddRange(losses);
        _validations.AddRange(validations);
        (_stepsPerPoint, _sum, _count) = unfinished;
    }

    private static ValidationMetrics WithoutTable(ValidationMetrics metrics) => metrics with { Confusion = null };
}

/// <summary>The mean loss of some steps.</summary>
/// <param name="Step">The last of them.</param>
/// <param name="Loss">Their mean loss.</param>
/// <param name="LearningRate">The last one's learning rate.</param>
internal readonly record struct LossPoint(int Step, double Loss, double LearningRate);

/// <summary>A validation.</summary>
/// <param name="Step">The step it followed.</param>
/// <param name="Metrics">What it found.</param>
internal readonly record struct ValidationPoint(int Step, ValidationMetrics Metrics);
