using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <content>Folding adapters into W and taking them out again. W keeps its identity and changes its storage, so that the first one stays as
/// it was.</content>
public abstract partial class LoraLayer
{
    private Tensor? _original;

    /// <summary>Whether adapters stand in W, so that the forward pass costs what the base model's does.</summary>
    public bool IsMerged => _original is not null;

    /// <summary>What an adapter adds to W, in W's layout: (alpha / r) B A for plain LoRA. The caller owns it.</summary>
    /// <param name="adapter">The name of an adapter of this layer.</param>
    public Tensor DeltaWeight(string adapter)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weights = lora.ByName[adapter];
        return FromMatrix(weights.Variant.Delta(this, weights, BaseMatrix())).MoveToOuterDisposeScope();
    }

    /// <summary>Puts W + (what the adapters add) in W's place.</summary>
    internal void Merge(IEnumerable<string> adapters)
    {
        if (IsMerged) throw new InvalidOperationException($"{Path} is merged already.");
        var names = adapters.Where(lora.ByName.ContainsKey).ToList();
        if (names.Count == 0) return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weight = BaseWeight;
        var sum = names.Select(DeltaWeight).Aggregate((first, second) => first.add(second));
        var merged = weight.Like(sum).add(sum).Like(weight);
        _original = weight.detach().DetachFromDisposeScope();
        weight.set_(merged);
    }

    /// <summary>Puts W back; it is the very one it was.</summary>
    internal void Unmerge()
    {
        if (_original is null) return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weight = BaseWeight;
        weight.set_(_original.Like(weight));
        _original.Dispose();
        _original = null;
    }

    /// <summary>Forgets the W that was before merging.</summary>
    internal void KeepMerged()
    {
        _original?.Dispose();
        _original = null;
    }

    /// <summary>W as the base model has it, [out, in] in float32; to be called within a dispose scope.</summary>
    internal Tensor BaseMatrix() => ToMatrix(_original ?? BaseWeight).to(ScalarType.Float32);
}
