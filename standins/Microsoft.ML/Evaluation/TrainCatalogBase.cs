namespace Microsoft.ML;

/// <summary>What the catalogs of all tasks share.</summary>
public abstract class TrainCatalogBase
{
    private protected TrainCatalogBase(IHostEnvironment env, string registrationName)
    {
        Check.NotEmpty(registrationName, nameof(registrationName));
        Environment = env;
    }

    private protected IHostEnvironment Environment { get; }

    /// <summary>Fits and scores fold after fold.</summary>
    private protected CrossValidationResult[] CrossValidateTrain(
        IDataView data, IEstimator<ITransformer> estimator, int numFolds, string samplingKeyColumn, int? seed = null)
    {
        Check.NotNull(data, nameof(data));
        Check.NotNull(estimator, nameof(estimator));
        Check.Param(numFolds > 1, nameof(numFolds), "Must be more than 1");
        var folds = new DataOperationsCatalog(Environment).CrossValidationSplit(data, numFolds, samplingKeyColumn, seed);
        return [.. folds.Select((fold, i) =>
        {
            var model = estimator.Fit(fold.TrainSet);
            return new CrossValidationResult(model, Score(model, fold.TestSet), i);
        })];
    }

    /// <summary>A chain is applied whole, whatever the scopes of its parts.</summary>
    private static IDataView Score(ITransformer model, IDataView data) => model is IEnumerable<ITransformer> chain
        ? chain.Aggregate(data, (view, transformer) => transformer.Transform(view))
        : model.Transform(data);

    private protected struct CrossValidationResult
    {
        public readonly ITransformer Model;
        public readonly IDataView Scores;
        public readonly int Fold;

        public CrossValidationResult(ITransformer model, IDataView scores, int fold)
        {
            Model = model;
            Scores = scores;
            Fold = fold;
        }
    }

    /// <summary>The model, the scored test set and the metrics of one fold.</summary>
    public sealed class CrossValidationResult<T>
        where T : class
    {
        public readonly T Metrics;
        public readonly ITransformer Model;
        public readonly IDataView ScoredHoldOutSet;
        public readonly int Fold;

        internal CrossValidationResult(ITransformer model, T metrics, IDataView scores, int fold)
        {
            Model = model;
            Metrics = metrics;
            ScoredHoldOutSet = scores;
            Fold = fold;
        }
    }

    /// <summary>Where the trainers of a task are found.</summary>
    public abstract class CatalogInstantiatorBase
    {
        private protected CatalogInstantiatorBase(TrainCatalogBase catalog) => Owner = catalog;

        internal TrainCatalogBase Owner { get; }
    }
}
