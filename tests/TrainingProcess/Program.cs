using Microsoft.ML;
using Microsoft.ML.Lora;

// A training that can be killed: TrainingProcess BASE CHECKPOINTS RESULT [beside]. It goes on from the folder CHECKPOINTS, writes a checkpoint after every
// second step, says each step, and at last writes the adapter to RESULT. With "beside", another training runs in the process all the while.
var (baseModel, checkpoints, result) = (args[0], args[1], args[2]);
using var other = new CancellationTokenSource();
var beside = args.Length > 3 ? Task.Run(() => Train(seed: 5, epochs: 1000, options => options.CancellationToken = other.Token)) : null;
using var model = Train(seed: 3, epochs: 5, options =>
{
    (options.CheckpointDirectory, options.CheckpointEverySteps, options.ValidationFraction) = (checkpoints, 2, 0.2);
    options.Progress = progress => Console.WriteLine(progress.Step);
});
model.SaveAdapter(result);
other.Cancel();
try
{
    if (beside is not null) (await beside).Dispose();
}
catch (OperationCanceledException)
{
}

LoraFineTuneTransformer Train(int seed, int epochs, Action<LoraFineTuneEstimator.Options> change)
{
    var ml = new MLContext(seed: seed);
    var random = new Random(seed);
    var rows = Enumerable.Range(0, 120).Select(i => new Row { Text = $"{(char)('a' + random.Next(26))} {(i % 2 == 0 ? "good" : "bad")} {random.Next(100)}", Label = i % 2 == 0 ? "pos" : "neg" });
    var data = ml.Data.LoadFromEnumerable(rows.ToArray());
    var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    var options = new LoraFineTuneEstimator.Options
    {
        BaseModel = BaseModel.FromDirectory(baseModel),
        Sentence1ColumnName = "Text",
        Rank = 4,
        Alpha = 8,
        LoraDropout = 0.1,
        MaxEpochs = epochs,
        LearningRate = 0.01,
        BatchSize = 8,
    };
    change(options);
    return ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);
}

internal sealed class Row
{
    public string Text { get; set; } = "";
    public string Label { get; set; } = "";
}
