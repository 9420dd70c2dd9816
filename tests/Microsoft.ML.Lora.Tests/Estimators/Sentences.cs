using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>A labelled text.</summary>
public sealed class Sentence
{
    public string Text { get; set; } = "";
    public string Label { get; set; } = "";
}

/// <summary>What a model says of a text.</summary>
public sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}

/// <summary>Texts whose class is told by one word, and the pipeline that learns it.</summary>
internal static class Sentences
{
    public static IEnumerable<Sentence> Make(int count, int seed = 1)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var good = i % 2 == 0;
            yield return new Sentence { Text = $"{(char)('a' + random.Next(26))} {(good ? "good" : "bad")} {random.Next(100)}", Label = good ? "pos" : "neg" };
        }
    }

    public static IDataView View(MLContext ml, int count, int seed = 1) => ml.Data.LoadFromEnumerable(Make(count, seed));

    public static LoraFineTuneEstimator.Options Options(TinyBaseModel tiny) => new()
    {
        BaseModel = tiny.Base,
        Sentence1ColumnName = "Text",
        Rank = 4,
        Alpha = 8,
        MaxEpochs = 6,
        LearningRate = 0.02,
    };

    public static IEstimator<ITransformer> Pipeline(MLContext ml, LoraFineTuneEstimator.Options options) =>
        ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.LoraTextClassification(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    public static float[][] Scores(IDataView scored) => [.. scored.GetColumn<float[]>("Score")];
}
