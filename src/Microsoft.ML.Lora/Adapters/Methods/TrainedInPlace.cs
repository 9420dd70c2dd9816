using Microsoft.ML.Lora.Adapters.Targeting;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Methods;

/// <summary>
/// A way of fine-tuning that trains parameters of the model itself: all of them, biases, or a head. Disposing of it frees nothing.
/// </summary>
public sealed class TrainedInPlace : IFineTuningMethod
{
    private readonly nn.Module _model;
    private readonly HashSet<string> _trained;

    private TrainedInPlace(string name, nn.Module model, Func<string, bool> isTrained)
    {
        (Name, _model) = (name, model);
        _trained = ModuleTree.Parameters(model).Select(each => each.Path).Where(isTrained).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, parameter) in ModuleTree.Parameters(model)) parameter.requires_grad = _trained.Contains(path);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Full fine-tuning: every parameter is trained.</summary>
    public static TrainedInPlace Full(nn.Module model) => new("full", NotNull(model), _ => true);

    /// <summary>BitFit (Ben Zaken et al. 2022): the biases are trained, and the head.</summary>
    /// <param name="model">The model.</param>
    /// <param name="head">The names of the head's modules.</param>
    /// <exception cref="ArgumentException">A name matches no module.</exception>
    public static TrainedInPlace BitFit(nn.Module model, params IReadOnlyList<string> head)
    {
        var isHead = WithinModules(NotNull(model), head);
        return new("BitFit", model, path => isHead(path) || ModuleTree.Split(path).Name == "bias");
    }

    /// <summary>A frozen encoder under a trained head.</summary>
    /// <param name="model">The model.</param>
    /// <param name="head">The names of the head's modules.</param>
    /// <exception cref="ArgumentException">A name matches no module.</exception>
    public static TrainedInPlace HeadOnly(nn.Module model, params IReadOnlyList<string> head)
    {
        if (head.Count == 0) throw new ArgumentException("The head's modules must be named.", nameof(head));
        return new("head only", model, WithinModules(NotNull(model), head));
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Parameter Parameter)> TrainableParameters() =>
        [.. ModuleTree.Parameters(_model).Where(each => _trained.Contains(each.Path))];

    /// <inheritdoc/>
    public IReadOnlyList<ParameterGroup> ParameterGroups() => ParameterGroup.ByShape(TrainableParameters());

    /// <inheritdoc/>
    public ParameterSummary Summary() => new(
        TrainableParameters().Sum(each => each.Parameter.numel()), ModuleTree.Parameters(_model).Sum(each => each.Parameter.numel()));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Whether a parameter's path lies within the modules of the given names.</summary>
    internal static Func<string, bool> WithinModules(nn.Module model, IReadOnlyList<string> names)
    {
        var modules = TargetSelection.Saved(model, new LoraConfig { ModulesToSave = names }).Select(each => each.Path + ".").ToList();
        return path => modules.Any(module => path.StartsWith(module, StringComparison.Ordinal));
    }

    private static nn.Module NotNull(nn.Module model) => model ?? throw new ArgumentNullException(nameof(model));
}
