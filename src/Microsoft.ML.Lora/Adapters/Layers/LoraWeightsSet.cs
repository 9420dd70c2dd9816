using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>The adapters of one layer, by name.</summary>
internal sealed class LoraWeightsSet() : Module(nameof(LoraWeightsSet))
{
    private readonly Dictionary<string, LoraWeights> _byName = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, LoraWeights> ByName => _byName;

    public void Add(string name, LoraWeights weights)
    {
        register_module(name, weights);
        _byName.Add(name, weights);
    }

    /// <summary>Removes an adapter and disposes of it.</summary>
    public void Remove(string name)
    {
        if (!_byName.Remove(name, out var weights)) return;
        register_module(name, null!);
        weights.Dispose();
    }
}
