using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Lora;
using Microsoft.ML.Runtime;
using SentimentLoraSample;
using Spectre.Console;

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

static int Run(SampleOptions options)
{
    var console = AnsiConsole.Console;
    var mlContext = new MLContext(options.Seed);
    mlContext.Log += (_, e) =>
    {
        if (e.Kind == ChannelMessageKind.Warning) console.WriteLine("Warning: " + e.RawMessage);
    };
    PrepareFolder(options.Output);
    if (options.Summary != null) PrepareFolder(options.Summary);

    var data = Reviews.Load(mlContext, options);
    console.WriteLine($"Fine-tuning {options.BaseModel} on {data.TrainRows:N0} rows of {options.Data ?? "the sample's reviews"}");

    var trainTime = Stopwatch.StartNew();
    var model = Train(mlContext, data, options, console);
    trainTime.Stop();

    var scoreTime = Stopwatch.StartNew();
    var metrics = SentimentLora.Evaluate(mlContext, model, data.Test);
    scoreTime.Stop();

    SentimentLora.ModelPath = options.Output;
    SentimentLora.SaveModel(mlContext, model, data.Train.Schema, options.Output);

    var lora = ((IEnumerable<ITransformer>)model).OfType<LoraFineTuneTransformer>().Single();
    var training = lora.Training!;
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
        ScoreRowsPerSecond = data.TestRows / scoreTime.Elapsed.TotalSeconds,
        FinalTrainLoss = training.FinalLoss,
    };
    console.WriteLine();
    Report.Metrics(console, summary, metrics.ConfusionMatrix);
    Report.Confusion(console, metrics.ConfusionMatrix, SentimentLora.GetLabels(model.GetOutputSchema(data.Train.Schema)));
    Report.Sizes(console, options.Output, summary);
    Report.Predictions(console, data.Examples(mlContext));
    if (options.Summary != null) summary.Save(options.Summary);
    return 0;
}

static ITransformer Train(MLContext mlContext, Reviews data, SampleOptions options, IAnsiConsole console)
{
    using var ctrlC = new CtrlC();
    var trainerOptions = options.ToTrainerOptions();
    trainerOptions.CancellationToken = ctrlC.Token;
    return TrainingDisplay.Show(console, show =>
    {
        trainerOptions.Progress = show;
        return SentimentLora.Train(mlContext, data.Train, trainerOptions);
    });
}

static void PrepareFolder(string file)
{
    if (Directory.Exists(file)) throw new IOException($"{file} is a directory, not a file to write to.");
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
}
