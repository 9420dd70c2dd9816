using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using TorchSharp.Modules;

namespace Microsoft.ML.Lora.Adapters;

/// <content>What is trained, and how much it is.</content>
public sealed partial class LoraModel
{
    /// <summary>The base's parameters that the active adapters train in full, by path.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> SavedParameters =>
    [
        .. Active.SelectMany(_trained.PathsOf).Distinct().Order(StringComparer.Ordinal).Select(path => (path, _trained.Parameter(path))),
    ];

    /// <summary>
    /// Every parameter that training changes, by path, in a fixed order: those of the active adapters' low-rank layers, then the base's.
    /// </summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> TrainableParameters() =>
        [.. LowRankParameters().Select(each => (each.Name, each.Parameter)), .. SavedParameters];

    /// <summary>The same in groups: B apart from A where LoRA+ gives it a learning rate of its own; vectors do not decay.</summary>
    public IReadOnlyList<ParameterGroup> ParameterGroups()
    {
        var ratio = Active.Count == 0 ? 1 : Config.LoraPlusRatio;
        var lowRank = LowRankParameters().ToList();
        IReadOnlyList<Parameter> Of(LoraPart part) => [.. lowRank.Where(each => each.Part == part).Select(each => each.Parameter)];
        IReadOnlyList<ParameterGroup> groups =
        [
            new("A", Of(LoraPart.A)),
            new("B", Of(LoraPart.B), LearningRateFactor: ratio),
            new("magnitude", Of(LoraPart.Magnitude), Decays: false),
            .. ParameterGroup.ByShape(SavedParameters),
        ];
        return [.. groups.Where(group => group.Parameters.Count > 0)];
    }

    /// <summary>Counts the parameters as PEFT's print_trainable_parameters does.</summary>
    public ParameterSummary Summary()
    {
        var trainable = TrainableParameters().Sum(each => each.Parameter.numel());
        var plain = ModuleTree.Parameters(_model).Sum(each => ValueNumbers(ParameterSwitch.Base, each.Path, each.Parameter));
        var lowRank = _layers.Values.SelectMany(layer => layer.Adapters.Values).Sum(weights => weights.parameters().Sum(each => each.numel()));
        var copies = _adapters.Values.Sum(adapter => adapter.Units.Where(unit => unit.Kind == TrainedKind.Saved)
            .SelectMany(unit => unit.Parameters).Sum(path => _trained.Value(adapter.Name, path).numel()));
        return new ParameterSummary(trainable, plain + lowRank + copies);
    }

    private long ValueNumbers(string owner, string path, Parameter shown) =>
        _trained.Shown(path) == owner ? shown.numel() : _trained.Value(owner, path).numel();

    private IEnumerable<(string Name, LoraPart Part, Parameter Parameter)> LowRankParameters()
    {
        foreach (var (path, layer) in _layers)
        {
            foreach (var adapter in Active.Where(layer.Adapters.ContainsKey))
            {
                var (weights, prefix) = (layer.Adapters[adapter], Active.Count == 1 ? path : $"{path}.{adapter}");
                yield return ($"{prefix}.lora_A", LoraPart.A, weights.A);
                yield return ($"{prefix}.lora_B", LoraPart.B, weights.B);
                if (weights.Magnitude is { } magnitude) yield return ($"{prefix}.lora_magnitude_vector", LoraPart.Magnitude, magnitude);
            }
        }
    }

    private enum LoraPart
    {
        A,
        B,
        Magnitude,
    }
}
