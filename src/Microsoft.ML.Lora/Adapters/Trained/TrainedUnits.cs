using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Trained;

/// <summary>Which parameters of the base a configuration trains in full.</summary>
internal static class TrainedUnits
{
    /// <summary>The units, in the model's order; no parameter is in two of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="config">What is trained.</param>
    /// <param name="targets">The paths of the adapted modules.</param>
    public static IReadOnlyList<TrainedUnit> Of(nn.Module model, LoraConfig config, IReadOnlySet<string> targets)
    {
        var units = new List<TrainedUnit>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        void Take(string path, IEnumerable<string> parameters, TrainedKind kind)
        {
            var fresh = parameters.Where(taken.Add).ToList();
            if (fresh.Count > 0) units.Add(new TrainedUnit(path, fresh, kind));
        }

        foreach (var (path, module) in TargetSelection.Saved(model, config)) Take(path, Within(path, module), TrainedKind.Saved);
        foreach (var (path, module) in ModuleTree.Modules(model).Prepend(("", model)))
        {
            if (config.TrainLayerNorms && module is LayerNormLayer or LayerNorm) Take(path, Within(path, module), TrainedKind.Normalization);
            if (config.TrainEmbeddings && module is EmbeddingLayer or Embedding && !targets.Contains(path))
                Take(path, Within(path, module), TrainedKind.Embedding);
            if (config.EffectiveBias == LoraBias.All || config.EffectiveBias == LoraBias.LoraOnly && targets.Contains(path))
                Take(path, Own(path, module).Where(IsBias), TrainedKind.Bias);
        }

        return units;
    }

    /// <summary>Whether a path is a bias's.</summary>
    public static bool IsBias(string path) => ModuleTree.Split(path).Name == "bias";

    private static IEnumerable<string> Within(string path, nn.Module module) => ModuleTree.Parameters(module).Select(each => Join(path, each.Path));

    private static IEnumerable<string> Own(string path, nn.Module module) => module.named_parameters(recurse: false).Select(each => Join(path, each.name));

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
