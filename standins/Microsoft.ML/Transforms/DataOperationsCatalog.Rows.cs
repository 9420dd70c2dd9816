using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        Check.NotNull(input, nameof(input));
        DataViewSchema.Column[] prefetched = [.. (columnsToPrefetch ?? []).Select(name =>
            input.Schema.GetColumnOrNull(name) ?? throw Fail.SchemaMismatch(nameof(columnsToPrefetch), "prefetch", name))];
        var cache = new CacheDataView(input);
        if (prefetched.Length > 0)
            cache.Fill(prefetched);
        return cache;
    }

    public IDataView FilterRowsByMissingValues(IDataView input, params string[] columns)
    {
        Check.NotNull(input, nameof(input));
        Check.Param(columns is { Length: > 0 }, nameof(columns));
        return new FilteredRows(input, new MissingValueFilter(input.Schema, columns));
    }

    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true)
    {
        Check.NotNull(input, nameof(input));
        Check.Param(shufflePoolSize > 0, nameof(shufflePoolSize), "Must be positive");
        return new ShuffledRows(input, (uint)(seed ?? Environment.Register("Shuffle").Rand.Next()), shufflePoolSize, shuffleSource);
    }

    public IDataView SkipRows(IDataView input, long count)
    {
        Check.NotNull(input, nameof(input));
        Check.Param(count > 0, nameof(count), "Must be greater than zero.");
        return new RangeOfRows(input, count, long.MaxValue);
    }

    public IDataView TakeRows(IDataView input, long count)
    {
        Check.NotNull(input, nameof(input));
        Check.Param(count > 0, nameof(count), "Must be greater than zero.");
        return new RangeOfRows(input, 0, count);
    }

    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        Check.NotNull(data, nameof(data));
        Check.Param(0 < testFraction && testFraction < 1, nameof(testFraction), "Must be between 0 and 1 exclusive");
        seed ??= EnvironmentSeed;
        return new(
            new FilteredRows(data, new SplitFilter(data, samplingKeyColumnName, seed, number => number >= testFraction)),
            new FilteredRows(data, new SplitFilter(data, samplingKeyColumnName, seed, number => number < testFraction)));
    }

    public IReadOnlyList<TrainTestData> CrossValidationSplit(
        IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null, int? seed = null)
    {
        Check.NotNull(data, nameof(data));
        Check.Param(numberOfFolds > 1, nameof(numberOfFolds), "Must be more than 1");
        seed ??= EnvironmentSeed;
        return [.. Enumerable.Range(0, numberOfFolds).Select(fold =>
        {
            var (from, to) = ((double)fold / numberOfFolds, (double)(fold + 1) / numberOfFolds);
            return new TrainTestData(
                new FilteredRows(data, new SplitFilter(data, samplingKeyColumnName, seed, number => number < from || number > to)),
                new FilteredRows(data, new SplitFilter(data, samplingKeyColumnName, seed, number => from <= number && number <= to)));
        })];
    }

    private int? EnvironmentSeed => ((IHostEnvironmentInternal)Environment).Seed;

    /// <summary>Two parts of a data set.</summary>
    public struct TrainTestData
    {
        public readonly IDataView TrainSet;
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}
