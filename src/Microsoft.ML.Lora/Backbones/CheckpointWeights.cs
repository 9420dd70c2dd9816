using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>Weights out of a safetensors checkpoint. Float32 ones are views of the mapped file, not copies.</summary>
/// <param name="checkpoint">Owned by the caller; it may be closed once the model is built.</param>
/// <param name="modelPrefix">What the encoder's names begin with ("roberta."); a checkpoint of the encoder alone may lack it.</param>
internal sealed class CheckpointWeights(ISafetensors checkpoint, string modelPrefix) : WeightSource
{
    public override bool Has(string name) => Candidates(name).Any(checkpoint.Contains);

    public override Parameter Take(string name, WeightKind kind, params long[] shape)
    {
        var found = Candidates(name).FirstOrDefault(checkpoint.Contains)
            ?? throw new InvalidDataException($"{checkpoint.Name}: the tensor \"{name}\" is missing.");
        var stored = checkpoint.Tensors[found].Shape;
        if (!stored.SequenceEqual(shape))
            throw new InvalidDataException(
                $"{checkpoint.Name}: the tensor \"{found}\" has the shape [{string.Join(", ", stored)}]; config.json asks for [{string.Join(", ", shape)}].");
        var parameter = new Parameter(checkpoint.Load(found), requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    // Early checkpoints call a normalisation's weight and bias gamma and beta.
    private IEnumerable<string> Candidates(string name)
    {
        string[] names = name.StartsWith(modelPrefix, StringComparison.Ordinal) ? [name, name[modelPrefix.Length..]] : [name];
        var legacy = names.Select(each => each.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta"));
        return names.Concat(legacy);
    }
}
