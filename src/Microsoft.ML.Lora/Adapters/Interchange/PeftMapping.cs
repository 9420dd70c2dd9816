using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>Between adapters and the files of Python's PEFT.</summary>
internal static partial class PeftMapping
{
    /// <summary>PEFT's task type of sequence classifiers.</summary>
    public const string SequenceClassification = "SEQ_CLS";

    // Its head has the names of a sequence classifier's.
    private const string TokenClassification = "TOKEN_CLS";

    /// <summary>The most classes a head may tell apart.</summary>
    public const int MostClasses = 1_000_000;

    /// <summary>How many classes the head in an adapter's files tells apart: the rows of its output layer.</summary>
    /// <param name="peft">The files' content.</param>
    /// <param name="source">What errors call the files.</param>
    /// <param name="width">The columns that the output layer must have; null where that is not known.</param>
    /// <exception cref="InvalidDataException">The files hold no head, or one of another task or shape.</exception>
    public static int Classes(PeftAdapter peft, string source, int? width = null)
    {
        if (peft.Config.TaskType == TokenClassification)
            throw new InvalidDataException($"{source}: the adapter's task_type is {TokenClassification}: its head classifies tokens, not texts ({SequenceClassification}).");
        foreach (var output in new[] { "classifier.out_proj.weight", "classifier.weight", "score.weight" })
        {
            if (!peft.Tensors.TryGetValue(PeftKeys.Prefix + output, out var weight) || weight.dim() != 2) continue;
            if (weight.shape[0] is < 1 or > MostClasses || weight.shape[1] != (width ?? weight.shape[1]))
                throw new InvalidDataException($"{source}: the tensor \"{PeftKeys.Prefix}{output}\" has the shape [{string.Join(", ", weight.shape)}]; "
                    + $"it must have from 1 to {MostClasses} rows{(width is { } columns ? $" of {columns} columns, as the base model asks for" : "")}.");
            return (int)weight.shape[0];
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
