using TorchSharp.Modules;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>What a weight is for; it decides how a new one starts.</summary>
internal enum WeightKind
{
    /// <summary>The matrix of a linear layer: normal(0, 0.02) unless said otherwise, as Hugging Face starts one.</summary>
    Matrix,

    /// <summary>A table of vectors: normal(0, 0.02).</summary>
    Table,

    /// <summary>An additive bias: zeros.</summary>
    Bias,

    /// <summary>The scale of a normalisation: ones.</summary>
    Scale,
}

/// <summary>Where the layers of a model get their weights from while the model is built: a checkpoint, or a random start.</summary>
internal abstract class WeightSource
{
    /// <summary>The weight of the given name and shape, owned by the caller and not yet trainable.</summary>
    /// <exception cref="InvalidDataException">The source has no such weight, or one of another shape.</exception>
    public abstract Parameter Take(string name, WeightKind kind, params long[] shape);

    /// <summary>Whether there is a weight of the given name.</summary>
    public virtual bool Has(string name) => true;

    /// <summary>The same source seen from inside the module <paramref name="module"/>: names are relative to it.</summary>
    public WeightSource At(string module) => new Scoped(this, module + ".");

    private sealed class Scoped(WeightSource source, string prefix) : WeightSource
    {
        public override Parameter Take(string name, WeightKind kind, params long[] shape) => source.Take(prefix + name, kind, shape);

        public override bool Has(string name) => source.Has(prefix + name);
    }
}
