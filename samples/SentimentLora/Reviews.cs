using Microsoft.ML;
using Microsoft.ML.Data;

namespace SentimentLoraSample;

/// <summary>The rows to train on and to evaluate on, checked.</summary>
/// <param name="Train">Rows to train on.</param>
/// <param name="TrainRows">How many.</param>
/// <param name="Test">Rows to evaluate on.</param>
/// <param name="TestRows">How many.</param>
/// <param name="AreBundled">Whether they are the sample's own.</param>
internal sealed record Reviews(IDataView Train, long TrainRows, IDataView Test, long TestRows, bool AreBundled)
{
    private const int ExampleCount = 5;

    private static readonly string[] s_sentences =
    [
        "The waiter was kind and the soup was wonderful.",
        "The zip broke on the first day and the shop would not help me.",
        "I expected very little of this hotel, and I went home singing.",
        "It has a beautiful screen, and that is the last nice thing I can say about it.",
        "Not once in six months has it let me down.",
    ];

    /// <summary>Loads what the options name; where they name training rows only, a fifth of these is kept for evaluation.</summary>
    /// <exception cref="InvalidDataException">A file lacks a column, or its labels leave nothing to learn or to evaluate.</exception>
    public static Reviews Load(MLContext mlContext, SampleOptions options)
    {
        var trainPath = options.Data ?? SampleOptions.BundledTrain;
        var testPath = options.Evaluation ?? (options.Data == null ? SampleOptions.BundledTest : trainPath);
        var train = DataFile.Load(mlContext, trainPath, options);
        IDataView test;
        if (testPath == trainPath && options.Evaluation == null)
        {
            var split = mlContext.Data.TrainTestSplit(train, testFraction: 0.2, seed: options.Seed);
            (train, test) = (split.TrainSet, split.TestSet);
        }
        else
        {
            test = DataFile.Load(mlContext, testPath, options);
        }

        var trainLabels = CountLabels(train);
        var testLabels = CountLabels(test);
        Check(trainLabels, testLabels, trainPath, testPath, options.LabelColumn);
        return new Reviews(train, trainLabels.Values.Sum(), test, testLabels.Values.Sum(), options is { Data: null, Evaluation: null });
    }

    /// <summary>A few rows to predict: sentences that neither file has, or the first rows of a file that the user brings.</summary>
    public IEnumerable<SentimentLora.ModelInput> Examples(MLContext mlContext) => AreBundled
        ? s_sentences.Select(sentence => new SentimentLora.ModelInput { Text = sentence })
        : mlContext.Data.CreateEnumerable<SentimentLora.ModelInput>(Test, reuseRowObject: false, ignoreMissingColumns: true).Take(ExampleCount);

    private static Dictionary<string, long> CountLabels(IDataView data)
    {
        var counts = new Dictionary<string, long>();
        foreach (var label in data.GetColumn<string>("Sentiment")) counts[label] = counts.GetValueOrDefault(label) + 1;
        return counts;
    }

    private static void Check(Dictionary<string, long> train, Dictionary<string, long> test, string trainPath, string testPath, string column)
    {
        var classes = train.Keys.Where(label => label.Length > 0).ToHashSet();
        if (classes.Count < 2)
            throw new InvalidDataException(classes.Count == 0
                ? $"{trainPath} has no row with a class in '{column}'."
                : $"{trainPath} has the one class '{classes.Single()}' in '{column}'; telling classes apart takes at least two.");
        if (!test.Keys.Any(classes.Contains))
            throw new InvalidDataException($"{testPath} has no row whose '{column}' is a class of the training rows, so there is nothing to evaluate.");
    }
}
