using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>A tensor of an adapter as a file has it.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Get">Gives it; see <see cref="PeftMapping.Tensors"/> for who owns it.</param>
/// <param name="Set">Takes the values of a file's tensor, whose shape has been checked.</param>
internal sealed record AdapterTensor(string Key, long[] Shape, Func<Tensor> Get, Action<Tensor> Set)
{
    /// <summary>Whether a file may give it another number of rows, as the output layer of a head has for other classes.</summary>
    public bool MayHaveOtherRows { get; init; }

    /// <summary>Whether a file may lack it: older versions of PEFT forgot the biases of "lora_only".</summary>
    public bool IsOptional { get; init; }

    /// <summary>Another name under which files may have it.</summary>
    public string? OtherKey { get; init; }
}

/// <summary>The tensors of an adapter, sorted by their names in the file.</summary>
internal static class AdapterTensors
{
    public static IReadOnlyList<AdapterTensor> Of(LoraModel model, string adapter)
    {
        var found = model.Find(adapter);
        return [.. LowRank(model, found).Concat(Trained(model, found)).OrderBy(each => each.Key, StringComparer.Ordinal)];
    }

    /// <summary>The names of A and B of a layer.</summary>
    public static (string A, string B) KeysOf(LoraLayer layer) => layer is LoraEmbedding
        ? (PeftKeys.Format(layer.Path, PeftPart.EmbeddingA), PeftKeys.Format(layer.Path, PeftPart.EmbeddingB))
        : (PeftKeys.Format(layer.Path, PeftPart.LoraA), PeftKeys.Format(layer.Path, PeftPart.LoraB));

    private static IEnumerable<AdapterTensor> LowRank(LoraModel model, NamedAdapter adapter)
    {
        foreach (var path in adapter.Targets)
        {
            var layer = model.Layers[path];
            var weights = layer.Adapters[adapter.Name];
            var (keyOfA, keyOfB) = KeysOf(layer);
            var rank = weights.Rank * (weights.Initial is null ? 1 : 2);
            yield return new(keyOfA, weights.A.shape,
                () => weights.Initial is null ? weights.A : weights.Factors().A.reshape(layer.ShapeOfA(rank)), value => Copy(value, weights.A));
            yield return new(keyOfB, weights.B.shape,
                () => weights.Initial is null ? weights.B : weights.Factors().B.reshape(layer.ShapeOfB(rank)), value => Copy(value, weights.B));
            if (weights.Magnitude is { } magnitude)
                yield return new(PeftKeys.Format(path, PeftPart.Magnitude), magnitude.shape, () => magnitude, value => Copy(value, magnitude));
        }
    }

    private static IEnumerable<AdapterTensor> Trained(LoraModel model, NamedAdapter adapter)
    {
        var output = model.OutputLayerOf(adapter.Name);
        foreach (var (unit, path) in adapter.Units.SelectMany(unit => unit.Parameters.Select(path => (unit, path))))
        {
            var (module, name) = ModuleTree.Split(path);
            var plain = PeftKeys.Format(new PeftKey(module, PeftPart.Parameter, name));
            var isTarget = adapter.Targets.Contains(module);
            yield return new(isTarget ? PeftKeys.Format(new PeftKey(module, PeftPart.BaseLayer, name)) : plain, model.TrainedValue(adapter.Name, path).shape,
                () => model.TrainedValue(adapter.Name, path), value => model.SetTrainedValue(adapter.Name, path, value))
            {
                MayHaveOtherRows = unit.Kind == TrainedKind.Saved && module == output,
                IsOptional = unit.Kind == TrainedKind.Bias && adapter.Config.EffectiveBias == LoraBias.LoraOnly,
                OtherKey = isTarget ? plain : null,
            };
        }
    }

    private static void Copy(Tensor value, Tensor parameter)
    {
        using var _ = no_grad();
        parameter.copy_(value);
    }
}
