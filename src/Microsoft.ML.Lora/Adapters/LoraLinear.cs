using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// A linear layer beside which a low-rank product is trained (Hu et al. 2021, section 4):
/// h = W x + b + (alpha / r) B A dropout(x).
/// x: [..., in], A: [r, in], B: [out, r], h: [..., out]. W and b are frozen. A starts Kaiming-uniform with a = sqrt 5
/// (each element within ± 1 / sqrt(in)) and B at zero, so that training starts at the base model exactly.
/// </summary>
public sealed class LoraLinear : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> base_layer;
    private readonly Parameter lora_A;
    private readonly Parameter lora_B;
    private readonly LinearWeights _base;
    private readonly DropoutSource _dropout;
    private readonly double _dropoutProbability;
    private Parameter? _merged;

    internal LoraLinear(string path, Module<Tensor, Tensor> baseLayer, LinearWeights weights, LoraConfig config, DropoutSource dropout, Generator generator)
        : base(nameof(LoraLinear))
    {
        var (outputSize, inputSize) = (weights.Original.shape[0], weights.Original.shape[1]);
        if (config.Rank > Math.Min(inputSize, outputSize))
            throw new ArgumentOutOfRangeException(nameof(config), config.Rank,
                $"Rank must be at most {Math.Min(inputSize, outputSize)}, the smaller side of {path} ({outputSize} x {inputSize}).");
        base_layer = baseLayer;
        _base = weights;
        _dropout = dropout;
        _dropoutProbability = config.Dropout;
        Scaling = config.Scaling;

        var device = weights.Original.device;
        var bound = 1 / Math.Sqrt(inputSize);
        lora_A = Trained(empty(config.Rank, inputSize, dtype: float32).uniform_(-bound, bound, generator), device);
        lora_B = Trained(zeros(outputSize, config.Rank, dtype: float32), device);
        RegisterComponents();
    }

    /// <summary>The factor before B A: alpha / r.</summary>
    public double Scaling { get; }

    /// <summary>A, [r, in].</summary>
    public Parameter A => lora_A;

    /// <summary>B, [out, r].</summary>
    public Parameter B => lora_B;

    /// <summary>Whether W + (alpha / r) B A stands in W's place.</summary>
    public bool IsMerged => _merged is not null;

    /// <summary>Whether the product is added; when not, the layer is the base model's. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (IsMerged || !Enabled) return base_layer.call(input);
        using var scope = NewDisposeScope();
        var low = functional.linear(_dropout.Apply(input, _dropoutProbability), lora_A);
        return base_layer.call(input).add(functional.linear(low, lora_B).mul(Scaling)).MoveToOuterDisposeScope();
    }

    /// <summary>(alpha / r) B A, [out, in]; the caller owns it.</summary>
    public Tensor DeltaWeight()
    {
        using var _ = no_grad();
        return matmul(lora_B, lora_A).mul_(Scaling);
    }

    /// <summary>Folds the product into the base weight, so that the forward pass costs what the base model's does.</summary>
    public void Merge()
    {
        if (IsMerged) return;
        using var _ = no_grad();
        using var delta = DeltaWeight();
        _merged = new Parameter(_base.Original.add(delta).DetachFromDisposeScope(), requires_grad: false);
        _merged.DetachFromDisposeScope();
        _base.Use(_merged);
    }

    /// <summary>Takes the product out again; the base weight is the very one it was.</summary>
    public void Unmerge()
    {
        if (_merged is null) return;
        _base.Restore();
        _merged.Dispose();
        _merged = null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unmerge();
            _base.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Parameter Trained(Tensor start, Device device)
    {
        using (start)
        {
            var parameter = new Parameter(start.to(device), requires_grad: true);
            parameter.DetachFromDisposeScope();
            return parameter;
        }
    }
}
