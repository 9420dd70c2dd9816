using Microsoft.ML.Lora.Adapters.Initialization;
using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using Microsoft.ML.Lora.Adapters.Variants;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Adding, activating and deleting adapters.</content>
public sealed partial class LoraModel
{
    /// <summary>Adds an adapter; when it is the first, it becomes the active one.</summary>
    /// <param name="adapter">Its name: no dots, nothing that paths are made of.</param>
    /// <param name="config">What to adapt and how.</param>
    /// <param name="generator">What the start is drawn from.</param>
    /// <param name="classes">How many classes its head tells apart: the output layer of its modules to save starts anew with so many rows.
    /// Null keeps the base's.</param>
    /// <exception cref="ArgumentException">The configuration is out of range, a name in it matches no module, the adapter's name is unfit or
    /// taken, or it saves no head that could have so many classes; nothing is changed then.</exception>
    /// <exception cref="NotSupportedException">A target is kept where no adapter can take its place, or a parameter to be trained in full is
    /// another module's too; nothing is changed then.</exception>
    /// <exception cref="InvalidOperationException">Adapters are merged.</exception>
    public void Add(string adapter, LoraConfig config, Generator generator, int? classes = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var start = Initializer.Of((config ?? throw new ArgumentNullException(nameof(config))).Initialization);
        AddStarted(adapter, config, (layer, rank, scaling) =>
        {
            if (rank > Math.Min(layer.InputSize, layer.OutputSize))
            {
                var most = Math.Min(layer.InputSize, layer.OutputSize);
                throw new ArgumentOutOfRangeException(nameof(config), rank,
                    $"Rank must be at most {most}, the smaller side of {layer.Path} ({layer.OutputSize} x {layer.InputSize}).");
            }

            return start.Start(layer, rank, scaling, generator);
        });
        if (classes is not { } count) return;
        try
        {
            StartHead(Find(adapter), count, generator);
        }
        catch
        {
            Delete(adapter);
            throw;
        }
    }

    /// <summary>Adds an adapter with a given start, which sees the base in the layers, whatever is active.</summary>
    internal void AddStarted(string adapter, LoraConfig config, Func<LoraLayer, int, double, StartingPoint> start)
    {
        NamedAdapter.CheckName(adapter);
        if (_adapters.ContainsKey(adapter)) throw new ArgumentException($"There is an adapter \"{adapter}\" already.", nameof(adapter));
        RequireUnmerged();
        config.Validate();
        var targets = TargetSelection.Targets(_model, config);
        var paths = targets.Select(target => target.Path).ToHashSet(StringComparer.Ordinal);
        var units = TrainedUnits.Of(_model, config, paths);
        var trained = units.SelectMany(unit => unit.Parameters).ToList();
        TiedParameters.Refuse(_model, trained, "an adapter cannot have its own copy for one of the modules alone.");
        RemoveHooks();
        _adapters.Add(adapter, new NamedAdapter(adapter, config, paths, units));
        try
        {
            var (ranks, variant) = (new RankPatterns(config), LoraVariant.Of(config));
            _trained.Show([]);
            foreach (var (path, module) in targets) AddTo(LayerAt(path, module), adapter, config, ranks, variant, start);
            foreach (var path in trained) _trained.Add(adapter, path);
        }
        catch
        {
            Delete(adapter);
            throw;
        }

        if (Active.Count == 0) Activate(adapter);
        else
        {
            ShowActive();
            UpdateTrainability();
        }
    }

    /// <summary>
    /// Lets the named adapters count from here on, and no others; none at all gives the base model. Their trained copies of a module: the
    /// first one's.
    /// </summary>
    /// <exception cref="ArgumentException">There is no adapter of a name.</exception>
    /// <exception cref="InvalidOperationException">Adapters are merged.</exception>
    public void Activate(params IReadOnlyList<string> adapters)
    {
        foreach (var adapter in adapters) Find(adapter);
        RequireUnmerged();
        _context.Active = [.. adapters.Distinct()];
        ShowActive();
        UpdateTrainability();
    }

    /// <summary>Removes an adapter and frees it; layers that no adapter is left in are the base's modules again.</summary>
    /// <exception cref="ArgumentException">There is no adapter of this name.</exception>
    /// <exception cref="InvalidOperationException">Adapters are merged.</exception>
    public void Delete(string adapter)
    {
        var removed = Find(adapter);
        RequireUnmerged();
        RemoveHooks();
        _context.Active = [.. Active.Where(name => name != adapter)];
        foreach (var path in removed.Targets.Where(_layers.ContainsKey))
        {
            _layers[path].lora.Remove(adapter);
            if (_layers[path].Adapters.Count == 0) Unwrap(path);
        }

        _trained.Remove(adapter);
        _adapters.Remove(adapter);
        ShowActive();
    }

    /// <summary>
    /// Lets no adapter count until the result is disposed of: the model is the base model, merged adapters taken out included.
    /// </summary>
    public IDisposable Disable()
    {
        if (!_context.Enabled) return new Scope(() => { });
        var merged = _merged;
        Unmerge();
        _context.Enabled = false;
        _trained.Show([]);
        return new Scope(() =>
        {
            _context.Enabled = true;
            _trained.Show(Active);
            IReadOnlyList<string> left = [.. merged.Where(_adapters.ContainsKey)];
            if (left.Count > 0) Merge(left);
        });
    }

    private void ShowActive()
    {
        if (_context.Enabled) _trained.Show(Active);
    }

    private LoraLayer LayerAt(string path, nn.Module module)
    {
        if (_layers.TryGetValue(path, out var layer)) return layer;
        layer = LoraLayers.Wrap(path, module, _context);
        try
        {
            ModuleReplacement.Replace(_model, path, layer);
        }
        catch
        {
            Release(layer);
            throw;
        }

        _layers.Add(path, layer);
        return layer;
    }

    private static void AddTo(
        LoraLayer layer, string adapter, LoraConfig config, RankPatterns ranks, LoraVariant variant, Func<LoraLayer, int, double, StartingPoint> start)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (rank, scaling) = (ranks.Rank(layer.Path), ranks.Scaling(layer.Path));
        layer.lora.Add(adapter, new LoraWeights(layer, config, rank, scaling, variant, start(layer, rank, scaling)));
    }

    private void Unwrap(string path)
    {
        var layer = _layers[path];
        ModuleReplacement.Replace(_model, path, layer.BaseLayer);
        _layers.Remove(path);
        Release(layer);
    }

    // The base layer outlives the layer around it.
    private static void Release(LoraLayer layer)
    {
        layer.register_module(nameof(LoraLayer.base_layer), null!);
        layer.Dispose();
    }

    private void UpdateTrainability()
    {
        foreach (var layer in _layers.Values)
            foreach (var (name, weights) in layer.Adapters)
                foreach (var (_, parameter) in weights.named_parameters()) parameter.requires_grad = Active.Contains(name);
    }

    private sealed class Scope(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
