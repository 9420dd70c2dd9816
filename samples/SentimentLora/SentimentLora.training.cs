using Microsoft.ML;
using Microsoft.ML.Lora;

namespace SentimentLoraSample;

public static partial class SentimentLora
{
    /// <summary>Fine-tunes a base model on rows with the columns Text, Sentiment and, for pairs, Text2.</summary>
    /// <param name="mlContext">The context; its seed decides the shuffling and the start of the new weights.</param>
    /// <param name="trainData">The rows.</param>
    /// <param name="options">How to train; the columns' names are set here.</param>
    public static ITransformer Train(MLContext mlContext, IDataView trainData, LoraFineTuneEstimator.Options options)
    {
        var hasPairs = trainData.Schema.GetColumnOrNull("Text2") != null;
        return BuildPipeline(mlContext, options, hasPairs).Fit(trainData);
    }

    /// <summary>Label to key, fine-tuning, key back to label.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="options">How to train; the columns' names are set here.</param>
    /// <param name="hasPairs">Whether a row has a second text, in the column Text2.</param>
    public static IEstimator<ITransformer> BuildPipeline(MLContext mlContext, LoraFineTuneEstimator.Options options, bool hasPairs)
    {
        options.LabelColumnName = "Sentiment";
        options.Sentence1ColumnName = "Text";
        options.Sentence2ColumnName = hasPairs ? "Text2" : null;
        return mlContext.Transforms.Conversion.MapValueToKey(outputColumnName: "Sentiment", inputColumnName: "Sentiment")
            .Append(mlContext.MulticlassClassification.Trainers.LoraTextClassification(options))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue(outputColumnName: "PredictedLabel", inputColumnName: "PredictedLabel"));
    }

    /// <summary>Saves the model; an existing file is replaced only once the new one is whole.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">The training data's schema.</param>
    /// <param name="path">The zip.</param>
    public static void SaveModel(MLContext mlContext, ITransformer model, DataViewSchema inputSchema, string path)
    {
        var unfinished = path + ".partial";
        try
        {
            mlContext.Model.Save(model, inputSchema, unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
