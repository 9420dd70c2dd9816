using Microsoft.ML.Data;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>
/// A text model made of a base model, a low-rank adapter and a head. It adds the probability of each class and the most probable class to
/// every row, or the number where it was trained to give one. The adapter is folded into the base's weights, so that scoring costs what the base model costs.
/// It is immutable and may be used by many threads at once.
/// </summary>
public sealed partial class LoraFineTuneTransformer : ITransformer, IDisposable
{
    private readonly IHost _host;
    private readonly FineTunedClassifier _classifier;
    private readonly ModelColumns _columns;
    private readonly LabelValues? _labels;

    internal LoraFineTuneTransformer(
        IHostEnvironment environment, FineTunedClassifier classifier, ModelColumns columns, LabelValues? labels, TrainingResult? training, IReadOnlyDictionary<string, string>? options)
    {
        _host = environment.Register(nameof(LoraFineTuneTransformer));
        (_classifier, _columns, _labels, Training, TrainingOptions) = (classifier, columns, labels, training, options);
        Parameters = classifier.Adapter.Summary();
        classifier.Adapter.Merge();
    }

    /// <summary>How many parameters were trained and how many there are, counted as PEFT counts them.</summary>
    public ParameterSummary Parameters { get; }

    /// <summary>What the base model's weights take on disk, in bytes; the saved model refers to them and does not hold them.</summary>
    public long BaseModelBytes => _classifier.BaseReference.WeightsBytes;

    /// <summary>What the training reported; null for a model that was loaded.</summary>
    public TrainingResult? Training { get; }

    /// <summary>What the model was trained with, as text by the names of <see cref="LoraFineTuneEstimator.Options"/>; null for an adapter of other origin.</summary>
    public IReadOnlyDictionary<string, string>? TrainingOptions { get; }

    /// <summary>The names of the classes in the order of the scores; null where the label column had keys without values, or a number was learnt.</summary>
    public IReadOnlyList<string>? Labels => _labels?.Names;

    /// <summary>Writes the adapter and the head as a PEFT directory, which Python's peft loads.</summary>
    /// <param name="directory">Created where needed; files of an adapter that lie in it are replaced.</param>
    public void SaveAdapter(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        using var use = Use();
        PeftAdapterDirectory.Write(directory, _classifier.PeftConfig(), PeftMapping.Tensors(_classifier.Adapter));
    }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Mapper(inputSchema);

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Mapper(inputSchema).OutputSchema;

    /// <summary>Adds the scores to <paramref name="input"/>; they are worked out in batches while a cursor goes over the rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A text column is missing or of the wrong type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoringDataView(Mapper(input.Schema), input);
    }

    private ScoringMapper Mapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        IScoringColumns columns = _labels is null
            ? new RegressionColumns(_columns.Score)
            : new ScoringColumns(_columns.Score, _columns.PredictedLabel, _labels);
        return new ScoringMapper(inputSchema, _columns.Texts, columns, Score);
    }

    private float[][] Score(IReadOnlyList<string> sentence1, IReadOnlyList<string?> sentence2)
    {
        using var use = Use();
        return _classifier.Scores(sentence1, _columns.Texts.Sentence2 is null ? null : sentence2);
    }
}
