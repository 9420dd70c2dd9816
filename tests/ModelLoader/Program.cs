using System.Text.Json;
using Microsoft.ML;

// Loads a saved model as any program would and scores texts with it: ModelLoader MODEL.zip TEXT...
// It names nothing of Microsoft.ML.Lora, so that ML.NET itself must find the loader.
try
{
    var ml = new MLContext();
    var model = ml.Model.Load(args[0], out _);
    var engine = ml.Model.CreatePredictionEngine<Input, Output>(model);
    foreach (var text in args[1..])
    {
        var output = engine.Predict(new Input { Text = text });
        Console.WriteLine(JsonSerializer.Serialize(new { output.PredictedLabel, output.Score }));
    }

    return 0;
}
catch (Exception error)
{
    while (error.InnerException is { } inner) error = inner;
    Console.Error.WriteLine($"{error.GetType().Name}: {error.Message}");
    return 1;
}

internal sealed class Input
{
    public string Text { get; set; } = "";
    public string Label { get; set; } = "";
}

internal sealed class Output
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
