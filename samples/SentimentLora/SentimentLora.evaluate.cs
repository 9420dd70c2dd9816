using Microsoft.ML;
using Microsoft.ML.Data;

namespace SentimentLoraSample;

public static partial class SentimentLora
{
    /// <summary>Accuracy, log-loss and confusion matrix over labelled rows.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="model">The model.</param>
    /// <param name="data">Rows that it was not trained on.</param>
    public static MulticlassClassificationMetrics Evaluate(MLContext mlContext, ITransformer model, IDataView data)
    {
        var predictions = model.Transform(data);
        return mlContext.MulticlassClassification.Evaluate(predictions, labelColumnName: "Sentiment");
    }
}
