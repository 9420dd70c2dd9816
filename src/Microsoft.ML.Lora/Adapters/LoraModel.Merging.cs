using Microsoft.ML.Lora.Adapters.Targeting;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Folding adapters into the base and taking them out again.</content>
public sealed partial class LoraModel
{
    private IReadOnlyList<string> _merged = [];

    /// <summary>The adapters that stand in the base's weights now.</summary>
    public IReadOnlyList<string> Merged => _merged;

    /// <summary>
    /// Folds adapters into the base's weights, so that the forward pass costs what the base model's does. Does nothing when they are already.
    /// </summary>
    /// <param name="adapters">Which; none named means the active ones.</param>
    /// <exception cref="ArgumentException">There is no adapter of a name.</exception>
    /// <exception cref="InvalidOperationException">Other adapters are merged, or all are disabled.</exception>
    /// <exception cref="NotSupportedException">An adapted weight is another module's too, which merging would change; nothing is merged
    /// then.</exception>
    public void Merge(params IReadOnlyList<string> adapters)
    {
        var names = adapters.Count == 0 ? Active : [.. adapters.Distinct()];
        if (_merged.Count > 0 && _merged.ToHashSet().SetEquals(names)) return;
        foreach (var name in names) Find(name);
        RequireUnmerged();
        if (!_context.Enabled) throw new InvalidOperationException("The adapters are disabled.");
        var merged = _layers.Values.Where(layer => names.Any(layer.Adapters.ContainsKey)).ToList();
        TiedParameters.Refuse(_model, merged.Select(layer => layer.Path + ".weight"), "merging would change both modules; use the adapters unmerged.");
        foreach (var layer in merged) layer.Merge(names);
        _merged = names;
    }

    /// <summary>Takes the adapters out of the base's weights again; these are bit for bit what they were.</summary>
    public void Unmerge()
    {
        foreach (var layer in _layers.Values) layer.Unmerge();
        _merged = [];
    }

    /// <summary>
    /// Folds adapters into the base for good and gives the plain model, without low-rank layers; this object has no adapters then. What the
    /// first active adapter trained in full stays in the model.
    /// </summary>
    /// <param name="adapters">Which; none named means the active ones.</param>
    /// <exception cref="NotSupportedException">An adapted weight is another module's too.</exception>
    public nn.Module MergeAndUnload(params IReadOnlyList<string> adapters)
    {
        Merge(adapters);
        foreach (var layer in _layers.Values) layer.KeepMerged();
        return TakeOut();
    }

    /// <summary>Removes all adapters and gives the plain model, which is the base model bit for bit.</summary>
    public nn.Module Unload()
    {
        Unmerge();
        _trained.Show([]);
        return TakeOut();
    }

    private nn.Module TakeOut()
    {
        RemoveHooks();
        foreach (var path in _layers.Keys.ToList()) Unwrap(path);
        _trained.Dispose();
        _adapters.Clear();
        _merged = [];
        _context.Active = [];
        foreach (var (path, parameter) in ModuleTree.Parameters(_model)) parameter.requires_grad = _wereTrainable.Contains(path);
        return _model;
    }

    private void RequireUnmerged()
    {
        if (_merged.Count > 0) throw new InvalidOperationException($"Adapters are merged ({string.Join(", ", _merged)}); call Unmerge first.");
    }
}
