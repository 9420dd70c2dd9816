using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>Between adapters and the files of Python's PEFT.</summary>
internal static partial class PeftMapping
{
    /// <summary>PEFT's task type of sequence classifiers.</summary>
    public const string SequenceClassification = "SEQ_CLS";

    /// <summary>How many classes the head in an adapter's files tells apart: the rows of its output layer.</summary>
    /// <exception cref="InvalidDataException">The files hold no head.</exception>
    public static int Classes(PeftAdapter peft, string source)
    {
        foreach (var output in new[] { "classifier.out_proj.weight", "classifier.weight", "score.weight" })
        {
            if (!peft.Tensors.TryGetValue(PeftKeys.Prefix + output, out var weight) || weight.dim() != 2) continue;
            return weight.shape[0] > 0 ? checked((int)weight.shape[0]) : throw new InvalidDataException($"{source}: the head \"{output}\" tells no classes apart.");
        }

        throw new InvalidDataException($"{source}: there is no classification head; the adapter must have been trained with task_type {SequenceClassification}.");
    }

    /// <summary>
    /// An adapter's trained tensors under their names in the file. They stay the model's, but for those of an adapter whose start was taken out of W:
    /// these are made for the occasion and belong to the dispose scope that is open.
    /// </summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="adapter">Which adapter; null for the first active one.</param>
    public static IEnumerable<(string Name, Tensor Tensor)> Tensors(LoraModel model, string? adapter = null) =>
        AdapterTensors.Of(model, adapter ?? model.Active[0]).Select(each => (each.Key, each.Get()));
}
