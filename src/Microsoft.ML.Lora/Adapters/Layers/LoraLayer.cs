using Microsoft.ML.Lora.Adapters.Mixing;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// A layer beside which low-rank products are trained (Hu et al. 2021, section 4): h = f(x; W) + sum over the active adapters of their part, which
/// for plain LoRA is (alpha / r) B A dropout(x). W is frozen. Each adapter has its own A and B; see <see cref="LoraWeights"/>.
/// A kind of layer says how its weight is seen as a matrix [out, in], and how A and B are applied to its input.
/// </summary>
public abstract partial class LoraLayer : Module<Tensor, Tensor>
{
    // Not private: TorchSharp registers the fields that the derived class can see.
    internal readonly Module<Tensor, Tensor> base_layer;
    internal readonly LoraWeightsSet lora;
    private readonly AdapterContext _context;

    private protected LoraLayer(string name, string path, Module<Tensor, Tensor> baseLayer, AdapterContext context)
        : base(name)
    {
        (Path, base_layer, _context) = (path, baseLayer, context);
        lora = new LoraWeightsSet();
    }

    /// <summary>The path of the module whose place this one took.</summary>
    public string Path { get; }

    /// <summary>The module whose place this one took.</summary>
    public Module<Tensor, Tensor> BaseLayer => base_layer;

    /// <summary>The adapters that adapt this layer, by name.</summary>
    public IReadOnlyDictionary<string, LoraWeights> Adapters => lora.ByName;

    /// <summary>Those of them that are active, in the order in which they were activated.</summary>
    public IEnumerable<LoraWeights> ActiveAdapters => _context.Active.Where(lora.ByName.ContainsKey).Select(name => lora.ByName[name]);

    /// <summary>Whether the adapters are added in this layer; when not, it is the base model's. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>W, in the layer's own layout.</summary>
    public Parameter BaseWeight => base_layer.get_parameter("weight")!;

    /// <summary>The bias; null where there is none.</summary>
    public Parameter? BaseBias => base_layer.get_parameter("bias");

    /// <summary>The rows of W seen as a matrix [out, in].</summary>
    public abstract long OutputSize { get; }

    /// <summary>The columns of W seen as a matrix [out, in].</summary>
    public abstract long InputSize { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (IsMerged || !Enabled || !_context.Enabled) return base_layer.call(input);
        using var scope = NewDisposeScope();
        var result = _context.Routing is { } routing
            ? RoutedLayer.Forward(this, routing, input)
            : Adapted(input, base_layer.call(input), _context.Active);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>What the adapters of the given names make of the base's output; to be called within a dispose scope.</summary>
    internal Tensor Adapted(Tensor input, Tensor baseOutput, IReadOnlyList<string> adapters)
    {
        var result = baseOutput;
        foreach (var name in adapters)
        {
            if (lora.ByName.TryGetValue(name, out var weights))
                result = result.add(weights.Variant.Part(this, weights, input, baseOutput).Like(baseOutput));
        }

        return result;
    }

    /// <summary>The adapter's input, some of it dropped while a training says so; <paramref name="input"/> itself otherwise.</summary>
    internal virtual Tensor Drop(LoraWeights weights, Tensor input) => _context.Dropout.Apply(input, weights.Dropout);

    /// <summary>W as a matrix [out, in].</summary>
    internal abstract Tensor ToMatrix(Tensor weight);

    /// <summary>A matrix [out, in] in the layout of W.</summary>
    internal abstract Tensor FromMatrix(Tensor matrix);

    /// <summary>The shape of A for a rank, as PEFT stores it.</summary>
    internal abstract long[] ShapeOfA(long rank);

    /// <summary>The shape of B for a rank, as PEFT stores it.</summary>
    internal abstract long[] ShapeOfB(long rank);

    /// <summary>The shape of DoRA's magnitude, as PEFT stores it.</summary>
    internal virtual long[] ShapeOfMagnitude => [OutputSize];

    /// <summary>scaling B A input, in the shape of the layer's output; A and B are shaped as PEFT stores them.</summary>
    internal abstract Tensor Product(Tensor a, Tensor b, double scaling, Tensor input);

    /// <summary>One number an output [out], so shaped that it multiplies the layer's output.</summary>
    internal virtual Tensor PerOutput(Tensor numbers) => numbers;

    /// <summary>The layer's output for <paramref name="input"/> without the bias.</summary>
    internal abstract Tensor WithoutBias(Tensor input);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _original?.Dispose();
        base.Dispose(disposing);
    }
}
