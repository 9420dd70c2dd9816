using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Multiclass classification.</summary>
public sealed class MulticlassClassificationCatalog : TrainCatalogBase
{
    internal MulticlassClassificationCatalog(IHostEnvironment env)
        : base(env, nameof(MulticlassClassificationCatalog)) =>
        Trainers = new MulticlassClassificationTrainers(this);

    public MulticlassClassificationTrainers Trainers { get; }

    public MulticlassClassificationMetrics Evaluate(
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int topKPredictionCount = 0)
    {
        Check.NotNull(data, nameof(data));
        Check.NotEmpty(labelColumnName, nameof(labelColumnName));
        Check.NotEmpty(scoreColumnName, nameof(scoreColumnName));
        Check.NotEmpty(predictedLabelColumnName, nameof(predictedLabelColumnName));
        Check.Param(topKPredictionCount >= 0, nameof(topKPredictionCount), "Must be non-negative");
        return MulticlassEvaluation.Run(data, labelColumnName, scoreColumnName, predictedLabelColumnName, topKPredictionCount);
    }

    public IReadOnlyList<CrossValidationResult<MulticlassClassificationMetrics>> CrossValidate(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string samplingKeyColumnName = null,
        int? seed = null)
    {
        Check.NotEmpty(labelColumnName, nameof(labelColumnName));
        return [.. CrossValidateTrain(data, estimator, numberOfFolds, samplingKeyColumnName, seed).Select(fold =>
            new CrossValidationResult<MulticlassClassificationMetrics>(
                fold.Model, Evaluate(fold.Scores, labelColumnName), fold.Scores, fold.Fold))];
    }

    /// <summary>The trainers of multiclass classification.</summary>
    public sealed class MulticlassClassificationTrainers : CatalogInstantiatorBase
    {
        internal MulticlassClassificationTrainers(MulticlassClassificationCatalog catalog)
            : base(catalog)
        {
        }
    }
}
