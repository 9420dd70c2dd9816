using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// A model with low-rank layers in the place of its target modules; everything else is frozen, but for the modules to save.
/// It does not own the model: disposing of the model disposes of the adapter too.
/// </summary>
public sealed class LoraModel
{
    private readonly nn.Module _model;
    private readonly SortedDictionary<string, LoraLinear> _layers;
    private readonly List<(string Name, Parameter Parameter)> _saved;

    private LoraModel(nn.Module model, LoraConfig config, SortedDictionary<string, LoraLinear> layers, List<(string, Parameter)> saved) =>
        (_model, Config, _layers, _saved) = (model, config, layers, saved);

    /// <summary>What the adapter is made of.</summary>
    public LoraConfig Config { get; }

    /// <summary>The low-rank layers by the path of the module whose place they took.</summary>
    public IReadOnlyDictionary<string, LoraLinear> Layers => _layers;

    /// <summary>The parameters of the modules to save, by path.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> SavedParameters => _saved;

    /// <summary>Freezes <paramref name="model"/> and puts low-rank layers in the place of its target modules.</summary>
    /// <param name="model">Any module whose targets are linear layers.</param>
    /// <param name="config">What to adapt and how.</param>
    /// <param name="dropout">Where the adapter's dropout masks come from.</param>
    /// <param name="generator">What the start of A is drawn from.</param>
    /// <exception cref="ArgumentException">The configuration is out of range, or a name in it matches no module.</exception>
    public static LoraModel Inject(nn.Module model, LoraConfig config, DropoutSource dropout, Generator generator)
    {
        config.Validate();
        var modules = model.named_modules().ToList();
        var targets = Matches(modules, config.TargetModules, nameof(config.TargetModules));
        var saved = Matches(modules, config.ModulesToSave, nameof(config.ModulesToSave))
            .SelectMany(match => match.Module.named_parameters().Select(p => ($"{match.Path}.{p.name}", p.parameter)))
            .ToList();

        foreach (var parameter in model.parameters()) parameter.requires_grad = false;
        foreach (var (_, parameter) in saved) parameter.requires_grad = true;

        var layers = new SortedDictionary<string, LoraLinear>(StringComparer.Ordinal);
        foreach (var (path, module) in targets)
        {
            if (!LinearWeights.TryOpen(module, out var weights))
                throw new ArgumentException($"The target {path} is a {module.GetType().Name}; only linear layers can be adapted.", nameof(config));
            var layer = new LoraLinear(path, (Module<Tensor, Tensor>)module, weights, config, dropout, generator);
            ModuleTree.Replace(model, path, layer);
            layers.Add(path, layer);
        }

        return new LoraModel(model, config, layers, saved);
    }

    /// <summary>Every parameter that training changes, by path, in a fixed order: low-rank layers first, then the modules to save.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> TrainableParameters() =>
    [
        .. _layers.SelectMany(layer => new[] { ($"{layer.Key}.lora_A", layer.Value.A), ($"{layer.Key}.lora_B", layer.Value.B) }),
        .. _saved,
    ];

    /// <summary>Folds every low-rank product into its base weight.</summary>
    public void Merge()
    {
        foreach (var layer in _layers.Values) layer.Merge();
    }

    /// <summary>Takes every low-rank product out again; the base weights are bit for bit what they were.</summary>
    public void Unmerge()
    {
        foreach (var layer in _layers.Values) layer.Unmerge();
    }

    /// <summary>Counts the parameters as PEFT's print_trainable_parameters does.</summary>
    public ParameterSummary Summary()
    {
        var trainable = TrainableParameters().Sum(p => p.Parameter.numel());
        var all = _model.parameters().Sum(p => p.numel()) + _saved.Sum(p => p.Parameter.numel());
        return new ParameterSummary(trainable, all);
    }

    private static List<(string Path, nn.Module Module)> Matches(
        List<(string name, nn.Module module)> modules, IReadOnlyList<string> names, string field)
    {
        var found = new List<(string, nn.Module)>();
        foreach (var name in names)
        {
            var matches = modules.Where(m => m.name == name || m.name.EndsWith("." + name, StringComparison.Ordinal)).ToList();
            if (matches.Count == 0)
                throw new ArgumentException($"{field}: no module is called \"{name}\".", field);
            found.AddRange(matches.Select(m => (m.name, m.module)));
        }

        return [.. found.DistinctBy(match => match.Item1)];
    }
}
