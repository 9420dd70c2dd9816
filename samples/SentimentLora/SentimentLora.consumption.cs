using Microsoft.ML;
using Microsoft.ML.Data;

namespace SentimentLoraSample;

/// <summary>The model in use: load the zip once, then predict.</summary>
public static partial class SentimentLora
{
    /// <summary>The fine-tuned model's zip.</summary>
    public static string ModelPath { get; set; } = Path.GetFullPath("SentimentLora.zip");

    /// <summary>Loads the zip in an <see cref="MLContext"/> of its own, when first used.</summary>
    public static readonly Lazy<PredictionEngine<ModelInput, ModelOutput>> PredictEngine = new(CreatePredictEngine, isThreadSafe: true);

    /// <summary>The most probable class of a row, with the probabilities of all classes.</summary>
    /// <param name="input">The row; its label is not looked at.</param>
    public static ModelOutput Predict(ModelInput input) => PredictEngine.Value.Predict(input);

    /// <summary>Every class with its probability, the most probable first.</summary>
    /// <param name="input">The row; its label is not looked at.</param>
    public static IOrderedEnumerable<KeyValuePair<string, float>> PredictAllLabels(ModelInput input)
    {
        var scores = Predict(input).Score;
        return GetLabels(PredictEngine.Value.OutputSchema)
            .Zip(scores, KeyValuePair.Create)
            .OrderByDescending(pair => pair.Value);
    }

    /// <summary>The class names, in the order of the values in <see cref="ModelOutput.Score"/>.</summary>
    /// <param name="schema">A schema with the column Score.</param>
    public static IReadOnlyList<string> GetLabels(DataViewSchema schema)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Score"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static PredictionEngine<ModelInput, ModelOutput> CreatePredictEngine()
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(ModelPath, out _);
        return mlContext.Model.CreatePredictionEngine<ModelInput, ModelOutput>(model);
    }

    /// <summary>A row to predict.</summary>
    public sealed class ModelInput
    {
        /// <summary>The text.</summary>
        [ColumnName("Text")]
        public string Text { get; set; } = "";

        /// <summary>The second text, for a model of pairs.</summary>
        [ColumnName("Text2")]
        public string Text2 { get; set; } = "";

        /// <summary>The class, where it is known.</summary>
        [ColumnName("Sentiment")]
        public string Sentiment { get; set; } = "";
    }

    /// <summary>A prediction.</summary>
    public sealed class ModelOutput
    {
        /// <summary>The most probable class.</summary>
        [ColumnName("PredictedLabel")]
        public string PredictedLabel { get; set; } = "";

        /// <summary>A probability per class, in the order of <see cref="GetLabels"/>; they add up to 1.</summary>
        [ColumnName("Score")]
        public float[] Score { get; set; } = [];
    }
}
