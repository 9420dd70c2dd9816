using System.Globalization;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Lora.Training.Checkpoints;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>One call of Fit: reads the rows, finds the base and the checkpoints, trains, reports.</summary>
/// <param name="host">The environment.</param>
/// <param name="channel">Where the log goes.</param>
/// <param name="options">How to train; checked already.</param>
/// <param name="labels">The classes; null where a number is learnt.</param>
internal sealed partial class TrainingSession(IHost host, IChannel channel, LoraFineTuneEstimator.Options options, LabelValues? labels) : IDisposable
{
    private CheckpointStore? _store;
    private StoredCheckpoint? _start;
    private int _seed;
    private IReadOnlyList<KeyValuePair<string, string>> _optionsText = [];

    private string Task => labels is null ? SavedModel.Regression : SavedModel.Classification;

    /// <summary>Trains on <paramref name="input"/>; the caller owns the classifier.</summary>
    public (FineTunedClassifier Classifier, TrainingResult Result) Train(IDataView input)
    {
        var training = Read(input, "training set");
        OpenCheckpoints();
        _seed = options.Seed ?? MLNetInternals.Seed(host) ?? _start?.File.Seed ?? Random.Shared.Next();
        _optionsText = OptionsText.Of(options, Task, _seed);
        MakeReportFolder();
        var held = options.ValidationSet is { } set ? ReadValidation(set) : null;
        if (options.ValidationFraction > 0) (training, held) = Split(training);
        CheckLearnable(training);
        var classWeights = ClassWeights();

        var gpu = DeviceChoice.Choose(
            options.GpuDeviceId ?? MLNetInternals.GpuDeviceId(host), options.FallbackToCpu ?? MLNetInternals.FallbackToCpu(host), DeviceChoice.Gpus,
            warning => channel.Warning(MessageSensitivity.None, "{0}", warning));
        var placement = new Placement(DeviceChoice.Of(gpu), options.Precision);
        var classifier = StartingPoint(placement);
        try
        {
            if (labels is null && options.InitialAdapter is null) classifier.StartAt(training.Targets.Average());
            channel.Info(MessageSensitivity.None, "{0}", classifier.Adapter.Summary());
            var result = Train(classifier, Tokenize(classifier, training), held is null ? [] : Tokenize(classifier, held), classWeights);
            channel.Info(MessageSensitivity.None, "Trained on {0} rows in {1:F1} s; mean loss of the last epoch {2:F4}.", result.Rows, result.Elapsed.TotalSeconds, result.FinalLoss);
            if (gpu is null && options.Precision == TrainingPrecision.Float32) return (classifier, result);
            var forScoring = classifier.ForScoring();
            classifier.Dispose();
            return (forScoring, result);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>What a saved model says of its training.</summary>
    public IReadOnlyDictionary<string, string> OptionsAsText() => new Dictionary<string, string>(_optionsText, StringComparer.Ordinal);

    public void Dispose()
    {
        _start?.Dispose();
        _store?.Dispose();
    }

    private TrainingRows Read(IDataView data, string what)
    {
        if (labels is null) TrainingRows.TargetColumn(data.Schema, options.LabelColumnName);
        else labels.RequireSameKeys(LabelValues.FromColumn(TrainingRows.LabelColumn(data.Schema, options.LabelColumnName)), options.LabelColumnName, what);
        return TrainingRows.Read(data, options.Texts, options.LabelColumnName, channel, what);
    }

    private TrainingRows ReadValidation(IDataView set)
    {
        try
        {
            return Read(set, "validation set");
        }
        catch (ArgumentOutOfRangeException error) when (error.ParamName == SchemaErrors.Parameter)
        {
            throw new InvalidOperationException(
                $"The validation set lacks what the trainer reads. It does not pass through the pipeline: transform it with what stands before the trainer. {error.Message}", error);
        }
    }

    private void OpenCheckpoints()
    {
        if (options.CheckpointDirectory is not { } directory) return;
        _store = CheckpointStore.Open(directory, options.KeepCheckpoints);
        _start = _store.Newest();
        foreach (var skipped in _store.Skipped) channel.Warning(MessageSensitivity.None, "Left a checkpoint aside: {0}", skipped);
    }

    private (TrainingRows Training, TrainingRows Held) Split(TrainingRows rows)
    {
        var count = rows.Labels.Count;
        if (count < 2) throw new InvalidOperationException($"The training set has {count} labelled rows; {nameof(options.ValidationFraction)} needs at least 2.");
        var order = Enumerable.Range(0, count).ToArray();
        new Random(_seed).Shuffle(order);
        var held = Math.Clamp((int)Math.Round(count * options.ValidationFraction), 1, count - 1);
        return (rows.Pick([.. order.Skip(held).Order()]), rows.Pick([.. order.Take(held).Order()]));
    }

    private FineTunedClassifier StartingPoint(Placement placement)
    {
        var resolved = options.BaseModel.Resolve(new DownloadMessages(channel, options.BaseModel), options.CancellationToken);
        var outputs = labels?.Count ?? 1;
        if (options.InitialAdapter is not { } directory)
        {
            var config = new LoraConfig { Rank = options.Rank, Alpha = options.Alpha, Dropout = options.LoraDropout };
            return FineTunedClassifier.Create(resolved, config, options.TargetModules, outputs, options.MaxLength, _seed, placement);
        }

        using var peft = PeftAdapterDirectory.Read(directory);
        var found = PeftMapping.Classes(peft, directory);
        if (found != outputs)
            throw new InvalidDataException(labels is null
                ? $"The initial adapter {directory} has {found} outputs, but learning a number takes one."
                : $"The initial adapter {directory} tells {found} classes apart, but the label column '{options.LabelColumnName}' has {outputs}.");
        return FineTunedClassifier.Load(resolved, peft, options.MaxLength, directory, placement);
    }

    private TrainingResult Train(FineTunedClassifier classifier, TokenizedRow[] rows, TokenizedRow[] held, IReadOnlyList<float>? classWeights)
    {
        if (labels is not null && held.Any(row => row.Label >= labels.Count))
            throw new InvalidOperationException($"The validation set has classes in '{options.LabelColumnName}' that the training set lacks; map both with one MapValueToKey.");
        if (options.ValidationSet is not null && held.Length == 0)
            throw new InvalidOperationException($"The validation set has no row with a label in '{options.LabelColumnName}'.");
        var trainer = new Trainer(
            classifier.Model, classifier.Adapter, options.ForTraining(_seed, classWeights), classifier.Device, classifier.Objective(classWeights, options.LabelSmoothing))
        {
            IsCancelled = () => MLNetInternals.IsCanceled(host),
            Checkpoints = Checkpoints(classifier, rows, held),
        };
        if (trainer.Checkpoints?.Start is { } start) channel.Info(MessageSensitivity.None, "Going on from step {0} of {1}.", start.File.State.Step, start.Path);
        var result = trainer.Run(rows, held, Report, options.CancellationToken);
        if (result.End == TrainingEnd.StoppedEarly)
            channel.Info(MessageSensitivity.None, "Stopped early after step {0}; the weights are those of step {1}.", result.Steps, result.BestStep);
        if (result.End == TrainingEnd.Cancelled)
            channel.Warning(MessageSensitivity.None, "Cancelled after step {0}; the weights are those of step {1}.", result.Steps, result.BestStep);
        WriteReport(classifier, trainer, result);
        return result;
    }

    private Checkpointing? Checkpoints(FineTunedClassifier classifier, TokenizedRow[] rows, TokenizedRow[] held)
    {
        if (_store is null) return null;
        var fingerprint = new TrainingFingerprint().With("Training rows", rows).With("Validation rows", held)
            .With("Outputs", labels is null ? "1" : labels.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, digest) in classifier.BaseReference.Files) fingerprint.With($"Base model, {name}", digest.Sha256);
        foreach (var (name, value) in _optionsText) fingerprint.With(name, value);
        _start?.Require(fingerprint);
        return new Checkpointing(_store, new CheckpointPolicy(options.CheckpointEverySteps, options.CheckpointInterval), fingerprint, _start);
    }

    private void Report(TrainingProgress progress)
    {
        if (progress.Validation is { } metrics)
        {
            if (labels is null)
                channel.Info(MessageSensitivity.None, "Epoch {0}, step {1}: training loss {2:F4}, validation loss {3:F4}, correlation {4:F4}.",
                    progress.Epoch, progress.Step, progress.EpochLoss, metrics.Loss, metrics.PearsonCorrelation);
            else
                channel.Info(MessageSensitivity.None, "Epoch {0}, step {1}: training loss {2:F4}, validation loss {3:F4}, validation accuracy {4:F4}, macro F1 {5:F4}.",
                    progress.Epoch, progress.Step, progress.EpochLoss, metrics.Loss, metrics.Accuracy, metrics.MacroF1);
        }
        else if (progress.EndsEpoch)
        {
            channel.Info(MessageSensitivity.None, "Epoch {0}: training loss {1:F4}.", progress.Epoch, progress.EpochLoss);
        }

        options.Progress?.Invoke(progress);
    }

    private TokenizedRow[] Tokenize(FineTunedClassifier classifier, TrainingRows rows)
    {
        var tokenized = classifier.Tokenizer.EncodeBatch(rows.Sentence1, rows.Sentence2, classifier.MaxLength, options.CancellationToken);
        var truncated = tokenized.Count(row => row.Truncated);
        if (truncated > 0)
            channel.Warning(MessageSensitivity.None, "{0} of {1} rows are longer than {2} tokens; their ends are left out.", truncated, tokenized.Length, classifier.MaxLength);
        return [.. tokenized.Select((row, i) => new TokenizedRow(row, rows.Labels[i], rows.Targets[i]))];
    }

    private float[]? ClassWeights()
    {
        if (options.ClassWeights is not { } weights || labels is null) return null;
        var names = labels.Names ?? [.. Enumerable.Range(1, labels.Count).Select(key => key.ToString(CultureInfo.InvariantCulture))];
        if (weights.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw new ArgumentOutOfRangeException(nameof(options.ClassWeights), unknown,
                $"{nameof(options.ClassWeights)} names '{unknown}', which is no class of '{options.LabelColumnName}'; the classes are: {string.Join(", ", names.Take(20).Select(name => $"'{name}'"))}.");
        return [.. names.Select(name => (float)weights.GetValueOrDefault(name, 1))];
    }

    private void CheckLearnable(TrainingRows rows)
    {
        if (rows.Labels.Count == 0)
            throw new InvalidOperationException($"The training set has no row with a label in '{options.LabelColumnName}'.");
        if (labels is not null && rows.Labels.Distinct().Take(2).Count() < 2)
            throw new InvalidOperationException($"All {rows.Labels.Count} labelled rows have one class in '{options.LabelColumnName}'; telling classes apart takes at least two.");
    }
}
