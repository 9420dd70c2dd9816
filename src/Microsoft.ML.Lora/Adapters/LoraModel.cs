using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// A model with low-rank adapters in it: one base, and any number of adapters by name, each with its own targets, ranks and copies of the
/// modules that it trains in full. The base is frozen. It does not own the model: dispose of the model as well.
/// </summary>
public sealed partial class LoraModel : IFineTuningMethod
{
    /// <summary>The name of the first adapter where none is given.</summary>
    public const string DefaultName = "default";

    private readonly nn.Module _model;
    private readonly DropoutSource? _ownDropout;
    private readonly AdapterContext _context;
    private readonly ParameterSwitch _trained;
    private readonly SortedDictionary<string, LoraLayer> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NamedAdapter> _adapters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wereTrainable;

    /// <summary>Freezes a model, which has no adapters yet.</summary>
    /// <param name="model">Any module; what is adapted in it must be in fields, lists, Sequential, ModuleList or ModuleDict that can hold
    /// another module.</param>
    /// <param name="dropout">Where the adapters' dropout masks come from; null for a source of its own, which drops nothing until it is
    /// started.</param>
    public LoraModel(nn.Module model, DropoutSource? dropout = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        if (dropout is null) dropout = _ownDropout = new DropoutSource();
        _context = new AdapterContext(dropout);
        _trained = new ParameterSwitch(model);
        _wereTrainable = [.. ModuleTree.Parameters(model).Where(each => each.Parameter.requires_grad).Select(each => each.Path)];
        foreach (var (_, parameter) in ModuleTree.Parameters(model)) parameter.requires_grad = false;
    }

    /// <inheritdoc/>
    public string Name => "LoRA";

    /// <summary>The adapted model.</summary>
    public nn.Module Model => _model;

    /// <summary>Where the adapters' dropout masks come from.</summary>
    public DropoutSource Dropout => _context.Dropout;

    /// <summary>The names of the adapters, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _adapters.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The names of the active adapters, in the order in which they were activated.</summary>
    public IReadOnlyList<string> Active => _context.Active;

    /// <summary>What the first active adapter is made of.</summary>
    /// <exception cref="InvalidOperationException">No adapter is active.</exception>
    public LoraConfig Config => ConfigOf(FirstActive);

    /// <summary>The low-rank layers by the path of the module whose place they took.</summary>
    public IReadOnlyDictionary<string, LoraLayer> Layers => _layers;

    /// <summary>Freezes <paramref name="model"/> and adds one adapter, which is active.</summary>
    /// <param name="model">See the constructor.</param>
    /// <param name="config">What to adapt and how.</param>
    /// <param name="dropout">Where the adapter's dropout masks come from.</param>
    /// <param name="generator">What the start is drawn from.</param>
    /// <exception cref="ArgumentException">The configuration is out of range, or a name in it matches no module; the model has its former
    /// modules then.</exception>
    public static LoraModel Inject(nn.Module model, LoraConfig config, DropoutSource dropout, Generator generator)
    {
        var adapted = new LoraModel(model, dropout);
        try
        {
            adapted.Add(DefaultName, config, generator);
            return adapted;
        }
        catch
        {
            adapted.Unload();
            throw;
        }
    }

    /// <summary>What an adapter is made of.</summary>
    /// <exception cref="ArgumentException">There is no adapter of this name.</exception>
    public LoraConfig ConfigOf(string adapter) => Find(adapter).Config;

    /// <summary>Frees what the adapters hold beside the model. The model stays as it is now and is the caller's to dispose of.</summary>
    public void Dispose()
    {
        RemoveHooks();
        _trained.Dispose();
        _ownDropout?.Dispose();
    }

    internal NamedAdapter Find(string adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return _adapters.TryGetValue(adapter, out var found) ? found : throw new ArgumentException(
            $"There is no adapter \"{adapter}\"; there are: {string.Join(", ", Names)}.{NearMatches.Hint(adapter, Names)}", nameof(adapter));
    }

    private string FirstActive => Active.FirstOrDefault() ?? throw new InvalidOperationException("No adapter is active.");
}
