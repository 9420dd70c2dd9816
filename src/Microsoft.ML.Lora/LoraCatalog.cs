using Microsoft.ML.Lora;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML;

/// <summary>Extends ML.NET's catalogs with fine-tuning through low-rank adapters (LoRA).</summary>
public static class LoraCatalog
{
    /// <summary>
    /// Fine-tunes a pre-trained text encoder for classification through low-rank adapters: the base model stays frozen, and a small adapter
    /// and a head are trained.
    /// </summary>
    /// <param name="catalog">The multiclass trainers.</param>
    /// <param name="labelColumnName">The label column: a key (see Conversion.MapValueToKey) with at least two values.</param>
    /// <param name="scoreColumnName">The output column of class probabilities, a vector of Single.</param>
    /// <param name="outputColumnName">The output column of the predicted class, a key with the label's values.</param>
    /// <param name="sentence1ColumnName">The column of the text, or of the first text of a pair.</param>
    /// <param name="sentence2ColumnName">The column of the second text of a pair; null where there are no pairs.</param>
    /// <param name="batchSize">Rows of one optimiser step, at least 1.</param>
    /// <param name="maxEpochs">Passes over the data, at least 1.</param>
    /// <param name="baseModel">The model to adapt; null for the one that comes with the library.</param>
    /// <param name="validationSet">Rows that are not trained on, transformed with what stands before the trainer; metrics over all of them are reported after each epoch, and the best weights are kept.</param>
    /// <param name="rank">r: the inner size of each low-rank product, from 1 to the model's hidden size.</param>
    /// <param name="alpha">The low-rank product is scaled by alpha / rank; above 0.</param>
    /// <param name="learningRate">The highest learning rate, above 0.</param>
    /// <exception cref="ArgumentException">An argument is out of its range; the message names it.</exception>
    public static LoraFineTuneEstimator LoraTextClassification(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string outputColumnName = "PredictedLabel",
        string sentence1ColumnName = "Sentence1",
        string? sentence2ColumnName = null,
        int batchSize = 16,
        int maxEpochs = 6,
        BaseModel? baseModel = null,
        IDataView? validationSet = null,
        int rank = 8,
        double alpha = 16,
        double learningRate = 5e-4) => catalog.LoraTextClassification(new LoraFineTuneEstimator.Options
        {
            LabelColumnName = labelColumnName,
            ScoreColumnName = scoreColumnName,
            PredictionColumnName = outputColumnName,
            Sentence1ColumnName = sentence1ColumnName,
            Sentence2ColumnName = sentence2ColumnName,
            BatchSize = batchSize,
            MaxEpochs = maxEpochs,
            BaseModel = baseModel ?? BaseModel.Bundled,
            ValidationSet = validationSet,
            Rank = rank,
            Alpha = alpha,
            LearningRate = learningRate,
        });

    /// <summary>Fine-tunes a pre-trained text encoder for classification through low-rank adapters, with everything that can be said about it.</summary>
    /// <param name="catalog">The multiclass trainers.</param>
    /// <param name="options">How; later changes to it have no effect.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public static LoraFineTuneEstimator LoraTextClassification(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, LoraFineTuneEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new LoraFineTuneEstimator(MLNetInternals.Environment(catalog), options, regression: false);
    }

    /// <summary>
    /// Fine-tunes a pre-trained text encoder to give a number for a text or a pair of texts, such as how alike two sentences are, through low-rank
    /// adapters: the head has one output, and the squared error is made small.
    /// </summary>
    /// <param name="catalog">The regression trainers.</param>
    /// <param name="labelColumnName">The label column: a Single.</param>
    /// <param name="scoreColumnName">The output column of the number, a Single.</param>
    /// <param name="sentence1ColumnName">The column of the text, or of the first text of a pair.</param>
    /// <param name="sentence2ColumnName">The column of the second text of a pair; null where there are no pairs.</param>
    /// <param name="batchSize">Rows of one forward pass, at least 1.</param>
    /// <param name="maxEpochs">Passes over the data, at least 1.</param>
    /// <param name="baseModel">The model to adapt; null for the one that comes with the library.</param>
    /// <param name="validationSet">Rows that are not trained on, transformed with what stands before the trainer; metrics over all of them are reported after each epoch, and the best weights are kept.</param>
    /// <param name="rank">r: the inner size of each low-rank product, from 1 to the model's hidden size.</param>
    /// <param name="alpha">The low-rank product is scaled by alpha / rank; above 0.</param>
    /// <param name="learningRate">The highest learning rate, above 0.</param>
    /// <exception cref="ArgumentException">An argument is out of its range; the message names it.</exception>
    public static LoraFineTuneEstimator LoraSentenceSimilarity(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string sentence1ColumnName = "Sentence1",
        string? sentence2ColumnName = "Sentence2",
        int batchSize = 16,
        int maxEpochs = 6,
        BaseModel? baseModel = null,
        IDataView? validationSet = null,
        int rank = 8,
        double alpha = 16,
        double learningRate = 5e-4) => catalog.LoraSentenceSimilarity(new LoraFineTuneEstimator.Options
        {
            LabelColumnName = labelColumnName,
            ScoreColumnName = scoreColumnName,
            Sentence1ColumnName = sentence1ColumnName,
            Sentence2ColumnName = sentence2ColumnName,
            BatchSize = batchSize,
            MaxEpochs = maxEpochs,
            BaseModel = baseModel ?? BaseModel.Bundled,
            ValidationSet = validationSet,
            Rank = rank,
            Alpha = alpha,
            LearningRate = learningRate,
        });

    /// <summary>Fine-tunes a pre-trained text encoder to give a number for a text or a pair of texts, with everything that can be said about it.</summary>
    /// <param name="catalog">The regression trainers.</param>
    /// <param name="options">How; later changes to it have no effect.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public static LoraFineTuneEstimator LoraSentenceSimilarity(this RegressionCatalog.RegressionTrainers catalog, LoraFineTuneEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new LoraFineTuneEstimator(MLNetInternals.Environment(catalog), options, regression: true);
    }

    /// <summary>Makes a model of an adapter that Python's PEFT, or <see cref="LoraFineTuneTransformer.SaveAdapter"/>, wrote; nothing is trained.</summary>
    /// <param name="catalog">The model operations.</param>
    /// <param name="directory">A PEFT directory: adapter_config.json and adapter_model.safetensors.</param>
    /// <param name="baseModel">The model that the adapter was trained on.</param>
    /// <param name="labels">The classes' names in the order of the head's outputs (PEFT stores none); null for LABEL_0, LABEL_1 and so on. A head with one output gives a number and has no classes.</param>
    /// <param name="sentence1ColumnName">The column of the text, or of the first text of a pair.</param>
    /// <param name="sentence2ColumnName">The column of the second text of a pair; null where there are no pairs.</param>
    /// <param name="scoreColumnName">The output column of class probabilities.</param>
    /// <param name="outputColumnName">The output column of the predicted class, a key with <paramref name="labels"/> as its values.</param>
    /// <param name="maxLength">The most tokens a row may have, specials included.</param>
    /// <exception cref="ArgumentException">A column's name is empty, both outputs have one name, or the number of labels is not that of the head's outputs.</exception>
    /// <exception cref="FileNotFoundException">The adapter or the base model is not there.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, asks for what is not supported, or does not fit the base model.</exception>
    /// <exception cref="DllNotFoundException">The application references no package with TorchSharp's native library.</exception>
    public static LoraFineTuneTransformer LoadLoraAdapter(
        this ModelOperationsCatalog catalog,
        string directory,
        BaseModel baseModel,
        IReadOnlyList<string>? labels = null,
        string sentence1ColumnName = "Sentence1",
        string? sentence2ColumnName = null,
        string scoreColumnName = "Score",
        string outputColumnName = "PredictedLabel",
        int maxLength = 256)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(baseModel);
        ArgumentException.ThrowIfNullOrWhiteSpace(sentence1ColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(scoreColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        if (sentence2ColumnName is not null) ArgumentException.ThrowIfNullOrWhiteSpace(sentence2ColumnName);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 8);
        NativeTorch.Require();
        using var peft = PeftAdapterDirectory.Read(directory);
        var classifier = FineTunedClassifier.Load(baseModel.Resolve(), peft, maxLength, directory);
        try
        {
            var classes = classifier.Model.Classes;
            if (classes > 1 && scoreColumnName == outputColumnName)
                throw new ArgumentException($"{nameof(scoreColumnName)} and {nameof(outputColumnName)} are both '{scoreColumnName}'; they must differ.", nameof(outputColumnName));
            if (labels is not null && classes == 1)
                throw new ArgumentException($"The adapter in {directory} has one output, which is a number; it has no classes to name.", nameof(labels));
            if (labels is not null && labels.Count != classes)
                throw new ArgumentException($"{labels.Count} labels are given, but the adapter in {directory} tells {classes} classes apart.", nameof(labels));
            var values = classes == 1 ? null : LabelValues.FromNames(labels ?? [.. Enumerable.Range(0, classes).Select(i => $"LABEL_{i}")]);
            var columns = new ModelColumns(new TextColumns(sentence1ColumnName, sentence2ColumnName), "Label", scoreColumnName, outputColumnName);
            return new LoraFineTuneTransformer(MLNetInternals.Environment(catalog), classifier, columns, values, training: null, options: null);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }
}
