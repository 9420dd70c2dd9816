using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Lora;
using SentimentLoraSample;
using Spectre.Console;

string[] sentences =
[
    "The waiter was kind and the soup was wonderful.",
    "The zip broke on the first day and the shop would not help me.",
    "I expected very little of this hotel, and I went home singing.",
    "It has a beautiful screen, and that is the last nice thing I can say about it.",
    "Not once in six months has it let me down.",
];

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    return CommandLine.Invoke(args, Run);
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped; nothing was saved.");
    return 130;
}
catch (Exception e) when (Errors.IsForUser(e))
{
    Console.Error.WriteLine("Error: " + Errors.MessageOf(e));
    return 1;
}

int Run(SampleOptions options)
{
    var console = AnsiConsole.Console;
    var mlContext = new MLContext(options.Seed);
    mlContext.Log += (_, e) =>
    {
        if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) console.WriteLine(e.Message);
    };
    PrepareFolder(options.Output);
    if (options.Summary != null) PrepareFolder(options.Summary);

    var (train, test) = Load(mlContext, options);
    var rows = Count(train);
    var trainerOptions = options.ToTrainerOptions();
    console.WriteLine($"Fine-tuning {options.BaseModel} on {rows:N0} rows of {options.Data ?? "the sample's reviews"}");

    var trainTime = Stopwatch.StartNew();
    var model = TrainingDisplay.Show(console, show =>
    {
        trainerOptions.CancellationToken = stop.Token;
        trainerOptions.Progress = show;
        return SentimentLora.Train(mlContext, train, trainerOptions);
    });
    trainTime.Stop();
    var lora = ((IEnumerable<ITransformer>)model).OfType<LoraFineTuneTransformer>().Single();
    var training = lora.Training!;

    var rowsEvaluated = Count(test);
    var scoreTime = Stopwatch.StartNew();
    var metrics = SentimentLora.Evaluate(mlContext, model, test);
    scoreTime.Stop();

    SentimentLora.ModelPath = options.Output;
    SentimentLora.SaveModel(mlContext, model, train.Schema, options.Output);

    var summary = new TrainingSummary
    {
        Rows = training.Rows,
        Epochs = training.Epochs,
        MicroAccuracy = metrics.MicroAccuracy,
        MacroAccuracy = metrics.MacroAccuracy,
        LogLoss = metrics.LogLoss,
        TrainableParameters = lora.Parameters.Trainable,
        AllParameters = lora.Parameters.All,
        ModelZipBytes = new FileInfo(options.Output).Length,
        BaseBytes = lora.BaseModelBytes,
        TrainSeconds = trainTime.Elapsed.TotalSeconds,
        TrainRowsPerSecond = (double)training.Rows * training.Epochs / training.Elapsed.TotalSeconds,
        ScoreRowsPerSecond = rowsEvaluated / scoreTime.Elapsed.TotalSeconds,
        FinalTrainLoss = training.FinalLoss,
    };
    console.WriteLine();
    Report.Metrics(console, summary, rowsEvaluated);
    Report.Confusion(console, metrics.ConfusionMatrix, SentimentLora.GetLabels(model.GetOutputSchema(train.Schema)));
    Report.Sizes(console, options.Output, summary);
    Report.Predictions(console, Examples(mlContext, options, test));
    if (options.Summary != null) summary.Save(options.Summary);
    return 0;
}

static (IDataView Train, IDataView Test) Load(MLContext mlContext, SampleOptions options)
{
    var train = DataFile.Load(mlContext, options.Data ?? SampleOptions.BundledTrain, options);
    if (options.Evaluation == null && options.Data != null)
    {
        var split = mlContext.Data.TrainTestSplit(train, testFraction: 0.2, seed: options.Seed);
        return (split.TrainSet, split.TestSet);
    }
    return (train, DataFile.Load(mlContext, options.Evaluation ?? SampleOptions.BundledTest, options));
}

IEnumerable<SentimentLora.ModelInput> Examples(MLContext mlContext, SampleOptions options, IDataView test) => options.UsesBundledReviews
    ? sentences.Select(sentence => new SentimentLora.ModelInput { Text = sentence })
    : mlContext.Data.CreateEnumerable<SentimentLora.ModelInput>(test, reuseRowObject: false, ignoreMissingColumns: true).Take(5);

static long Count(IDataView data) => data.GetColumn<string>("Sentiment").LongCount();

static void PrepareFolder(string file)
{
    if (Directory.Exists(file)) throw new IOException($"{file} is a directory, not a file to write to.");
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
}
