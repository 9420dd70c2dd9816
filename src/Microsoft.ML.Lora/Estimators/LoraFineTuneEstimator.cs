using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>
/// Fine-tunes a pre-trained text encoder through low-rank adapters (LoRA; Hu et al. 2021), to tell classes apart or to give a number: the base model
/// stays frozen, and a small adapter and a head are trained.
/// </summary>
/// <remarks>
/// Input and output columns:
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Label (input)</term><description>key, or Single where a number is learnt; rows whose label is missing are skipped</description></item>
/// <item><term>Sentence1, Sentence2 (input)</term><description>text; Sentence2 only for pairs; missing counts as empty</description></item>
/// <item><term>Score (output)</term><description>vector of Single: the probability of each class, with the classes' names as slot names; or Single: the number</description></item>
/// <item><term>PredictedLabel (output)</term><description>key: the most probable class, with the label's key values; none where a number is learnt</description></item>
/// </list>
/// Make one with <see cref="LoraCatalog.LoraTextClassification(MulticlassClassificationCatalog.MulticlassClassificationTrainers, Options)"/> or
/// <see cref="LoraCatalog.LoraSentenceSimilarity(RegressionCatalog.RegressionTrainers, Options)"/>.
/// </remarks>
public sealed partial class LoraFineTuneEstimator : IEstimator<LoraFineTuneTransformer>
{
    private readonly IHost _host;
    private readonly Options _options;
    private readonly bool _regression;

    internal LoraFineTuneEstimator(IHostEnvironment environment, Options options, bool regression)
    {
        ArgumentNullException.ThrowIfNull(options);
        _host = environment.Register(nameof(LoraFineTuneEstimator));
        _options = options.Clone();
        _regression = regression;
        _options.Validate();
        _options.ValidateFor(regression);
    }

    /// <summary>Trains an adapter and a head on <paramref name="input"/>.</summary>
    /// <param name="input">Labelled rows; rows without a label are skipped.</param>
    /// <returns>The trained model. Dispose of it to free its native memory at once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or an option is out of the base model's range.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is nothing to learn from: no labelled row, or one class only; the loss stopped being a number; the GPU is not there; or the checkpoints
    /// in the folder are of another training.
    /// </exception>
    /// <exception cref="FileNotFoundException">The base model is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">The base model is on the hub, which does not let this user have it.</exception>
    /// <exception cref="IOException">The base model is on the hub, which cannot be reached or failed.</exception>
    /// <exception cref="InvalidDataException">A file of the base model or of the initial adapter is malformed.</exception>
    /// <exception cref="DllNotFoundException">The application references no package with TorchSharp's native library.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public LoraFineTuneTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        NativeTorch.Require();
        using var channel = _host.Start("Training");
        var label = _regression
            ? TrainingRows.TargetColumn(input.Schema, _options.LabelColumnName)
            : TrainingRows.LabelColumn(input.Schema, _options.LabelColumnName);
        var labels = _regression ? null : LabelValues.FromColumn(label);
        using var session = new TrainingSession(_host, channel, _options, labels);
        var (classifier, result) = session.Train(input);
        try
        {
            var columns = new ModelColumns(_options.Texts, _options.LabelColumnName, _options.ScoreColumnName, _options.PredictionColumnName);
            return new LoraFineTuneTransformer(_host, classifier, columns, labels, result, session.OptionsAsText());
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>The columns that the trained model will put out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return PipelineShape.WithOutputs(inputSchema, _options, _regression);
    }
}
