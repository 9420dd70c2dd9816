using Microsoft.ML;
using Microsoft.ML.Lora;

namespace WebSentimentSample;

/// <summary>Finds the text model in a saved pipeline.</summary>
internal static class ServedModel
{
    /// <summary>Loads a model and scores a text with it, so that the first request finds everything compiled.</summary>
    /// <param name="path">A zip that <c>mlContext.Model.Save</c> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no model that tells classes of single texts apart.</exception>
    public static LoraFineTuneTransformer Load(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no model {Path.GetFullPath(path)}; ./build.sh sample writes one, --Sentiment:Model=FILE names another.");
        var loaded = new MLContext().Model.Load(path, out _);
        ITransformer[] parts = loaded is IEnumerable<ITransformer> chain ? [.. chain] : [loaded];
        if (parts.OfType<LoraFineTuneTransformer>().ToArray() is not [{ Labels: not null } model])
            throw new InvalidDataException($"{path} must hold one text classifier, with classes that have names.");
        try
        {
            model.Predict("A text to warm up with.");
            return model;
        }
        catch (InvalidOperationException error)
        {
            model.Dispose();
            throw new InvalidDataException($"{path} cannot be served: {error.Message}", error);
        }
    }
}
