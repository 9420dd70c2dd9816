using Microsoft.ML;

// Fine-tunes the bundled base on a few rows, saves, loads, predicts; exits with 0 where the loaded model says what the trained one says.
try
{
    var ml = new MLContext(seed: 1);
    var rows = Enumerable.Range(0, 40).Select(i => new Review { Text = $"dish {i} was {(i % 2 == 0 ? "good" : "bad")}", Label = i % 2 == 0 ? "good" : "bad" });
    var data = ml.Data.LoadFromEnumerable(rows.ToArray());
    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.MulticlassClassification.Trainers.LoraTextClassification(sentence1ColumnName: "Text"))
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    var model = pipeline.Fit(data);
    ml.Model.Save(model, data.Schema, "model.zip");

    var review = new Review { Text = "the soup was good" };
    var trained = ml.Model.CreatePredictionEngine<Review, Prediction>(model).Predict(review);
    var loaded = ml.Model.CreatePredictionEngine<Review, Prediction>(ml.Model.Load("model.zip", out _)).Predict(review);
    Console.WriteLine($"{review.Text}: {loaded.PredictedLabel} ({string.Join(", ", loaded.Score)})");
    var agree = trained.PredictedLabel == loaded.PredictedLabel && trained.Score.Zip(loaded.Score).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    return agree && loaded.Score.Length == 2 ? 0 : 1;
}
catch (DllNotFoundException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

internal sealed class Review
{
    public string Text { get; set; } = "";
    public string Label { get; set; } = "";
}

internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
