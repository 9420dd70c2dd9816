using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Methods;

/// <summary>
/// Bottleneck adapters in a frozen model (Houlsby et al. 2019): small layers behind the projections that end a transformer layer's two halves. The
/// normalisations and the head are trained too. They cannot be merged, so that scoring costs more than the base model's.
/// </summary>
public sealed class HoulsbyAdapters : IFineTuningMethod
{
    private readonly nn.Module _model;
    private readonly SortedDictionary<string, BottleneckLayer> _layers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _trainedOfBase;

    /// <summary>Freezes a model and puts bottlenecks behind some of its layers.</summary>
    /// <param name="model">The model; it owns the new layers.</param>
    /// <param name="bottleneck">m: the size of the bottlenecks, at least 1.</param>
    /// <param name="head">The names of the head's modules.</param>
    /// <param name="generator">What the start is drawn from.</param>
    /// <param name="behind">The names of the linear layers to put them behind; null for those of RoBERTa and BERT.</param>
    /// <exception cref="ArgumentException">A name matches no module, or one that is not linear.</exception>
    public HoulsbyAdapters(nn.Module model, int bottleneck, IReadOnlyList<string> head, Generator generator, ModuleSelection? behind = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(bottleneck, 1);
        _model = model;
        var selection = new LoraConfig { TargetModules = behind ?? ["attention.output.dense", "output.dense"], ModulesToSave = head };
        var targets = TargetSelection.Targets(model, selection);
        if (targets.FirstOrDefault(target => !LoraLayers.IsLinear(target.Module)) is { Module: not null } other)
            throw new ArgumentException($"{other.Path} is a {other.Module.GetType().Name}; bottlenecks stand behind linear layers.", nameof(behind));
        var isHead = TrainedInPlace.WithinModules(model, head);
        var isNorm = Normalizations(model);
        var paths = ModuleTree.Parameters(model).Select(each => each.Path);
        _trainedOfBase = paths.Where(path => isHead(path) || isNorm(path)).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, parameter) in ModuleTree.Parameters(model)) parameter.requires_grad = _trainedOfBase.Contains(path);
        foreach (var (path, module) in targets)
        {
            var weight = module.get_parameter("weight")!;
            var size = module is TransposedLinear ? weight.shape[1] : weight.shape[0];
            var layer = new BottleneckLayer((nn.Module<Tensor, Tensor>)module, size, bottleneck, weight.device, generator);
            ModuleReplacement.Replace(model, path, layer);
            _layers.Add(path, layer);
        }
    }

    /// <inheritdoc/>
    public string Name => "Houlsby";

    /// <summary>The layers by the path of the module whose place they took.</summary>
    public IReadOnlyDictionary<string, BottleneckLayer> Layers => _layers;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Parameter Parameter)> TrainableParameters() =>
    [
        .. _layers.SelectMany(layer => layer.Value.Trainable.Select(each => ($"{layer.Key}.{each.Name}", each.Parameter))),
        .. ModuleTree.Parameters(_model).Where(each => _trainedOfBase.Contains(each.Path)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<ParameterGroup> ParameterGroups() => ParameterGroup.ByShape(TrainableParameters());

    /// <inheritdoc/>
    public ParameterSummary Summary() => new(
        TrainableParameters().Sum(each => each.Parameter.numel()), ModuleTree.Parameters(_model).Sum(each => each.Parameter.numel()));

    /// <summary>Frees nothing: the model owns the layers.</summary>
    public void Dispose()
    {
    }

    private static Func<string, bool> Normalizations(nn.Module model)
    {
        var modules = ModuleTree.Modules(model)
            .Where(each => each.Module is Backbones.Layers.LayerNormLayer or LayerNorm).Select(each => each.Path).ToHashSet();
        return path => modules.Contains(ModuleTree.Split(path).Owner);
    }
}
