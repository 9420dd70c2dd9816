using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Trained;

/// <summary>
/// Copies of the base's parameters that adapters train, of which one is in the model at a time. The model's parameter keeps its identity;
/// what changes is the storage it stands on, so that switching copies nothing and a copy may even have another shape, as heads of other class
/// counts do.
/// </summary>
internal sealed class ParameterSwitch(nn.Module model) : IDisposable
{
    /// <summary>The owner of the base's own values.</summary>
    public const string Base = "";

    private readonly SortedDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>The paths of which an owner has a copy, sorted.</summary>
    public IEnumerable<string> PathsOf(string owner) => _slots.Where(slot => slot.Value.Values.ContainsKey(owner)).Select(slot => slot.Key);

    /// <summary>Whose value the model has at a path.</summary>
    public string Shown(string path) => _slots.TryGetValue(path, out var slot) ? slot.Shown : Base;

    /// <summary>Whether the model has at a path what <see cref="Show(string, string)"/> would give it.</summary>
    public bool Shows(string path, string owner) => !_slots.TryGetValue(path, out var slot) || slot.Shown == slot.OwnerOrBase(owner);

    /// <summary>The model's own parameter at a path.</summary>
    public Parameter Parameter(string path) => ModuleTree.FindParameter(model, path)!;

    /// <summary>An owner's value at a path, wherever it is now; it stays this object's or the model's.</summary>
    public Tensor Value(string owner, string path) => _slots[path].Shown == owner ? Parameter(path) : _slots[path].Values[owner]!;

    /// <summary>Gives an owner a copy of the base's value at a path.</summary>
    public void Add(string owner, string path)
    {
        using var _ = no_grad();
        if (!_slots.TryGetValue(path, out var slot)) _slots.Add(path, slot = new Slot());
        var own = slot.Shown == Base ? Parameter(path) : slot.Values[Base]!;
        using var detached = own.detach();
        slot.Values.Add(owner, detached.clone().DetachFromDisposeScope());
    }

    /// <summary>Replaces an owner's copy; a parameter that shows it shows the new one.</summary>
    public void Set(string owner, string path, Tensor value)
    {
        using var _ = no_grad();
        var slot = _slots[path];
        var parameter = Parameter(path);
        using var scope = NewDisposeScope();
        var copy = value.detach().Like(parameter).clone().DetachFromDisposeScope();
        slot.Values[owner]?.Dispose();
        slot.Values[owner] = copy;
        if (slot.Shown != owner) return;
        parameter.grad = null;
        parameter.set_(copy);
    }

    /// <summary>Takes an owner's copies away; where the model shows one, it shows the base's value again.</summary>
    public void Remove(string owner)
    {
        foreach (var path in PathsOf(owner).ToList())
        {
            var slot = _slots[path];
            if (slot.Shown == owner) Show(path, Base);
            slot.Values.Remove(owner, out var value);
            value?.Dispose();
            if (slot.Values.Count > 1) continue;
            slot.Values[Base]?.Dispose();
            _slots.Remove(path);
        }
    }

    /// <summary>Shows at each path the copy of the first of <paramref name="owners"/> that has one, otherwise the base's value.</summary>
    public void Show(IReadOnlyList<string> owners)
    {
        foreach (var (path, slot) in _slots) Show(path, owners.FirstOrDefault(slot.Values.ContainsKey, Base));
    }

    /// <summary>Shows an owner's copy at a path; the base's value where it has none. What is shown of an adapter can be trained.</summary>
    public void Show(string path, string owner)
    {
        if (!_slots.TryGetValue(path, out var slot)) return;
        owner = slot.OwnerOrBase(owner);
        if (slot.Shown == owner) return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var parameter = Parameter(path);
        slot.Values[slot.Shown]?.Dispose();
        slot.Values[slot.Shown] = parameter.detach().DetachFromDisposeScope();
        parameter.grad = null;
        parameter.requires_grad = false;
        parameter.set_(slot.Values[owner]!.Like(parameter));
        parameter.requires_grad = owner != Base;
        slot.Shown = owner;
    }

    /// <summary>Frees the copies; what the model shows stays.</summary>
    public void Dispose()
    {
        foreach (var value in _slots.Values.SelectMany(slot => slot.Values.Values)) value?.Dispose();
        _slots.Clear();
    }

    private sealed class Slot
    {
        public string Shown { get; set; } = Base;

        public Dictionary<string, Tensor?> Values { get; } = new(StringComparer.Ordinal) { [Base] = null };

        public string OwnerOrBase(string owner) => Values.ContainsKey(owner) ? owner : Base;
    }
}
