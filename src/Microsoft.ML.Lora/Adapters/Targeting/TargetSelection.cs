using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>Which modules of a model a configuration means, by PEFT's rules.</summary>
internal sealed class TargetSelection
{
    private readonly LoraConfig _config;
    private readonly IReadOnlyList<(string Path, nn.Module Module)> _modules;
    private readonly Func<string, bool> _isExcluded;
    private readonly List<Func<string, int?>>? _layerIndices;

    private TargetSelection(nn.Module model, LoraConfig config)
    {
        _config = config;
        _modules = [.. ModuleTree.Modules(model)];
        _isExcluded = Excluded(config);
        if (config.LayersToTransform is { Count: > 0 })
        {
            var lists = config.LayersPattern is { Count: > 0 } named ? named.Select(name => (string?)name) : [null];
            _layerIndices = [.. lists.Select(list => Expressions.LayerIndex(list, nameof(config.LayersPattern)))];
        }
    }

    /// <summary>The modules to adapt, in the model's order.</summary>
    /// <exception cref="ArgumentException">Nothing matches, a name matches nothing, or something that matches cannot be
    /// adapted.</exception>
    public static IReadOnlyList<(string Path, nn.Module Module)> Targets(nn.Module model, LoraConfig config)
    {
        var selection = new TargetSelection(model, config);
        var targets = config.TargetModules.IsAllLinear ? selection.AllLinear()
            : config.TargetModules.Pattern is { } pattern ? selection.Matching(pattern)
            : selection.Named(config.TargetModules.Names!);
        if (targets.Count == 0) throw selection.NothingLeft();
        foreach (var (path, module) in targets)
        {
            if (!LoraLayers.CanAdapt(module))
                throw new ArgumentException($"The target {path} is a {module.GetType().Name}; {LoraLayers.Adaptable}.", nameof(config.TargetModules));
        }

        return targets;
    }

    /// <summary>The modules to save, in the model's order.</summary>
    /// <exception cref="ArgumentException">A name matches nothing.</exception>
    public static IReadOnlyList<(string Path, nn.Module Module)> Saved(nn.Module model, LoraConfig config)
    {
        if (config.ModulesToSave.Count == 0) return [];
        var modules = ModuleTree.Modules(model).ToList();
        foreach (var name in config.ModulesToSave) RequireMatch(modules, name, nameof(config.ModulesToSave), IsNamedToSave);
        return [.. modules.Where(module => config.ModulesToSave.Any(name => IsNamedToSave(module.Path, name)))];
    }

    /// <summary>Whether a name is the path or its end after a dot.</summary>
    public static bool IsNamed(string path, string name) => path == name || path.EndsWith("." + name, StringComparison.Ordinal);

    /// <summary>Whether a name of a module to save means the module at a path; the name may be its path in PEFT's model.</summary>
    public static bool IsNamedToSave(string path, string name) => IsNamed(PathFor(name, path), name);

    private List<(string, nn.Module)> Named(IReadOnlyList<string> names)
    {
        foreach (var name in names) RequireMatch(_modules, name, nameof(_config.TargetModules), IsNamed);
        return [.. _modules.Where(module => !_isExcluded(module.Path) &&
            (names.Contains(module.Path) || names.Any(name => IsNamed(module.Path, name)) && IsInChosenLayer(module.Path)))];
    }

    private List<(string, nn.Module)> Matching(string pattern)
    {
        var matches = Expressions.Whole(pattern, nameof(_config.TargetModules));
        return [.. _modules.Where(module => matches(module.Path) && !_isExcluded(module.Path))];
    }

    private List<(string, nn.Module)> AllLinear()
    {
        var linear = _modules.Where(module => LoraLayers.IsLinear(module.Module) && !IsSaved(_config, module.Path)).ToList();
        var headIsSaved = _modules.LastOrDefault(module => LoraLayers.IsLinear(module.Module)).Path is { } last && IsSaved(_config, last);
        return [.. (headIsSaved ? linear : linear.SkipLast(1)).Where(module => !_isExcluded(module.Path) && IsInChosenLayer(module.Path))];
    }

    private bool IsInChosenLayer(string path) =>
        _layerIndices is null || _layerIndices.Select(indexOf => indexOf(path)).FirstOrDefault(index => index is not null) is { } found
            && _config.LayersToTransform!.Contains(found);

    private static Func<string, bool> Excluded(LoraConfig config)
    {
        var matches = config.ExcludeModules switch
        {
            null => _ => false,
            { Pattern: { } pattern } => Expressions.Whole(pattern, nameof(config.ExcludeModules)),
            { Names: { } names } => path => names.Any(name => IsNamed(path, name)),
            _ => throw new ArgumentException(
                $"{nameof(config.ExcludeModules)} must be names or an expression, not all linear layers.", nameof(config.ExcludeModules)),
        };
        return path => IsSaved(config, path) || matches(path);
    }

    private static bool IsSaved(LoraConfig config, string path) =>
        config.ModulesToSave.Any(name => $".{PathFor(name, path)}.".Contains($".{name}.", StringComparison.Ordinal));

    private static string PathFor(string name, string path) => name.StartsWith(PeftKeys.Prefix, StringComparison.Ordinal) ? PeftKeys.Prefix + path : path;

    private static void RequireMatch(
        IReadOnlyList<(string Path, nn.Module Module)> modules, string name, string field, Func<string, string, bool> isNamed)
    {
        if (!modules.Any(module => isNamed(module.Path, name)))
            throw new ArgumentException($"{field}: no module is called \"{name}\".{NearMatches.Hint(name, modules.Select(module => module.Path))}", field);
    }

    private ArgumentException NothingLeft() => new(
        $"{nameof(_config.TargetModules)} ({_config.TargetModules}) leaves no module to adapt: nothing matches it that is not excluded, a module to save or "
        + $"in another layer.{NearMatches.Hint(_config.TargetModules.ToString(), _modules.Select(module => module.Path))}", nameof(_config.TargetModules));
}
