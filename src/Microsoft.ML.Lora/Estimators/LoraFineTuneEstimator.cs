using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>
/// Fine-tunes a pre-trained text encoder for classification through low-rank adapters (LoRA; Hu et al. 2021): the base model stays frozen,
/// and a small adapter and a head are trained.
/// </summary>
/// <remarks>
/// Input and output columns:
/// <list type="table">
/// <listheader><term>Column</term><description>Type</description></listheader>
/// <item><term>Label (input)</term><description>key; rows whose label is missing are skipped</description></item>
/// <item><term>Sentence1, Sentence2 (input)</term><description>text; Sentence2 only for pairs; missing counts as empty</description></item>
/// <item><term>Score (output)</term><description>vector of Single: the probability of each class, with the classes' names as slot names</description></item>
/// <item><term>PredictedLabel (output)</term><description>key: the most probable class, with the label's key values</description></item>
/// </list>
/// Make one with <see cref="LoraCatalog.LoraTextClassification(MulticlassClassificationCatalog.MulticlassClassificationTrainers, Options)"/>.
/// </remarks>
public sealed partial class LoraFineTuneEstimator : IEstimator<LoraFineTuneTransformer>
{
    private readonly IHost _host;
    private readonly Options _options;

    internal LoraFineTuneEstimator(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _host = environment.Register(nameof(LoraFineTuneEstimator));
        _options = options.Clone();
        _options.Validate();
    }

    /// <summary>Trains an adapter and a head on <paramref name="input"/>.</summary>
    /// <param name="input">Labelled rows; rows without a label are skipped.</param>
    /// <returns>The trained model. Dispose of it to free its native memory at once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type, or an option is out of the base model's range.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to learn from: no labelled row, or one class only; or the loss stopped being a number.</exception>
    /// <exception cref="FileNotFoundException">The base model is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">The base model is on the hub, which does not let this user have it.</exception>
    /// <exception cref="IOException">The base model is on the hub, which cannot be reached or failed.</exception>
    /// <exception cref="InvalidDataException">A file of the base model or of the initial adapter is malformed.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public LoraFineTuneTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var channel = _host.Start("Training");
        var label = TrainingRows.LabelColumn(input.Schema, _options.LabelColumnName);
        var labels = LabelValues.FromColumn(label);
        var training = TrainingRows.Read(input, _options.Texts, _options.LabelColumnName, channel, "training set");
        CheckLearnable(training);
        var validation = _options.ValidationSet is null
            ? null
            : TrainingRows.Read(_options.ValidationSet, _options.Texts, _options.LabelColumnName, channel, "validation set");

        var seed = _options.Seed ?? MLNetInternals.Seed(_host) ?? Random.Shared.Next();
        var classifier = StartingPoint(labels.Count, seed, channel);
        try
        {
            channel.Info(MessageSensitivity.None, "{0}", classifier.Adapter.Summary());
            var result = Train(classifier, training, validation, labels.Count, seed, channel);
            channel.Info(MessageSensitivity.None, "Trained on {0} rows in {1:F1} s; mean loss of the last epoch {2:F4}.", result.Rows, result.Elapsed.TotalSeconds, result.FinalLoss);
            var columns = new ModelColumns(_options.Texts, _options.LabelColumnName, _options.ScoreColumnName, _options.PredictionColumnName);
            return new LoraFineTuneTransformer(_host, classifier, columns, labels, result);
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
        return PipelineShape.WithOutputs(inputSchema, _options);
    }

    private FineTunedClassifier StartingPoint(int classes, int seed, IChannel channel)
    {
        var resolved = _options.BaseModel.Resolve(new DownloadMessages(channel, _options.BaseModel), _options.CancellationToken);
        if (_options.InitialAdapter is not { } directory)
        {
            var config = new LoraConfig { Rank = _options.Rank, Alpha = _options.Alpha, Dropout = _options.LoraDropout };
            return FineTunedClassifier.Create(resolved, config, _options.TargetModules, classes, _options.MaxLength, seed);
        }

        using var peft = PeftAdapterDirectory.Read(directory);
        var found = PeftMapping.Classes(peft, directory);
        if (found != classes)
            throw new InvalidDataException($"The initial adapter {directory} tells {found} classes apart, but the label column '{_options.LabelColumnName}' has {classes}.");
        return FineTunedClassifier.Load(resolved, peft, _options.MaxLength, directory);
    }

    private TrainingResult Train(FineTunedClassifier classifier, TrainingRows training, TrainingRows? validation, int classes, int seed, IChannel channel)
    {
        var rows = Tokenize(classifier, training, channel);
        var held = validation is null ? [] : Tokenize(classifier, validation, channel);
        if (held.Any(row => row.Label >= classes))
            throw new InvalidOperationException($"The validation set has classes in '{_options.LabelColumnName}' that the training set lacks; map both with one MapValueToKey.");
        var options = new TrainingOptions
        {
            Epochs = _options.MaxEpochs,
            BatchSize = _options.BatchSize,
            LearningRate = _options.LearningRate,
            WarmupRatio = _options.WarmupRatio,
            WeightDecay = _options.WeightDecay,
            MaxGradientNorm = _options.MaxGradientNorm,
            Seed = seed,
        };
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_options.CancellationToken);
        void Report(TrainingProgress progress)
        {
            if (MLNetInternals.IsCanceled(_host)) cancellation.Cancel();
            if (progress.Validation is { } metrics)
                channel.Info(MessageSensitivity.None, "Epoch {0}: training loss {1:F4}, validation loss {2:F4}, validation accuracy {3:F4}.",
                    progress.Epoch, progress.EpochLoss, metrics.Loss, metrics.Accuracy);
            else if (progress.Step * progress.Epochs == progress.Epoch * progress.TotalSteps)
                channel.Info(MessageSensitivity.None, "Epoch {0}: training loss {1:F4}.", progress.Epoch, progress.EpochLoss);
            _options.Progress?.Invoke(progress);
        }

        return new Trainer(classifier.Model, classifier.Adapter, options, classifier.Device).Run(rows, held, Report, cancellation.Token);
    }

    private static TokenizedRow[] Tokenize(FineTunedClassifier classifier, TrainingRows rows, IChannel channel)
    {
        var tokenized = classifier.Tokenizer.EncodeBatch(rows.Sentence1, rows.Sentence2, classifier.MaxLength);
        var truncated = tokenized.Count(row => row.Truncated);
        if (truncated > 0)
            channel.Warning(MessageSensitivity.None, "{0} of {1} rows are longer than {2} tokens; their ends are left out.", truncated, tokenized.Length, classifier.MaxLength);
        return [.. tokenized.Select((row, i) => new TokenizedRow(row, rows.Labels[i]))];
    }

    private void CheckLearnable(TrainingRows rows)
    {
        if (rows.Labels.Count == 0)
            throw new InvalidOperationException($"The training set has no row with a label in '{_options.LabelColumnName}'.");
        if (rows.Labels.Distinct().Take(2).Count() < 2)
            throw new InvalidOperationException($"All {rows.Labels.Count} labelled rows have one class in '{_options.LabelColumnName}'; telling classes apart takes at least two.");
    }
}
