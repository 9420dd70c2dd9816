using Microsoft.ML.Lora.Adapters.Initialization;
using Microsoft.ML.Lora.Adapters.Variants;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>One adapter's weights in one layer. The shapes are PEFT's: for a linear layer A is [r, in] and B [out, r].</summary>
public sealed class LoraWeights : Module
{
    private readonly Parameter lora_A;
    private readonly Parameter lora_B;
    private readonly Parameter? lora_magnitude;
    private readonly Tensor? initial_A;
    private readonly Tensor? initial_B;

    internal LoraWeights(LoraLayer layer, LoraConfig config, int rank, double scaling, LoraVariant variant, StartingPoint start)
        : base(nameof(LoraWeights))
    {
        (Rank, Scaling, Dropout, Variant) = (rank, scaling, config.Dropout, variant);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var device = layer.BaseWeight.device;
        Tensor Shaped(Tensor matrix, long[] shape) => matrix.to(device).reshape(shape);
        lora_A = Trained(Shaped(start.A, layer.ShapeOfA(rank)));
        lora_B = Trained(Shaped(start.B, layer.ShapeOfB(rank)));
        if (start.IsTakenOut)
        {
            initial_A = lora_A.detach().clone().DetachFromDisposeScope();
            initial_B = lora_B.detach().clone().DetachFromDisposeScope();
        }

        if (variant.Magnitude(layer, this) is { } magnitude) lora_magnitude = Trained(Shaped(magnitude, layer.ShapeOfMagnitude));
        RegisterComponents();
    }

    /// <summary>r.</summary>
    public int Rank { get; }

    /// <summary>The factor before B A: alpha / r, or alpha / sqrt r.</summary>
    public double Scaling { get; }

    /// <summary>The share of the input that is dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>A.</summary>
    public Parameter A => lora_A;

    /// <summary>B.</summary>
    public Parameter B => lora_B;

    /// <summary>DoRA's magnitude; null for other variants.</summary>
    public Parameter? Magnitude => lora_magnitude;

    /// <summary>How the weights are put to use.</summary>
    internal LoraVariant Variant { get; }

    /// <summary>
    /// The A and B of the start where they were taken out of W (PiSSA, OLoRA), otherwise null. W itself stays as it is: the layer subtracts
    /// their product, which is the same and leaves other adapters their base.
    /// </summary>
    internal (Tensor A, Tensor B)? Initial => initial_A is not null ? (initial_A, initial_B!) : null;

    /// <summary>
    /// A as a matrix [r, in] and B as a matrix [out, r], of the double rank where the start is taken out of W; to be called within a
    /// dispose scope.
    /// </summary>
    internal (Tensor A, Tensor B) Factors()
    {
        var (a, b) = (lora_A.flatten(1), lora_B.flatten(1));
        return Initial is not { } initial ? (a, b) : (cat([a, initial.A.flatten(1)], 0), cat([b, initial.B.flatten(1).neg()], 1));
    }

    /// <summary>(scaling) B A as a matrix [out, in] in float32; to be called within a dispose scope.</summary>
    internal Tensor Product()
    {
        var (a, b) = Factors();
        return b.to(ScalarType.Float32).matmul(a.to(ScalarType.Float32)).mul(Scaling);
    }

    private static Parameter Trained(Tensor start)
    {
        var parameter = new Parameter(start.contiguous().clone(), requires_grad: true);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
