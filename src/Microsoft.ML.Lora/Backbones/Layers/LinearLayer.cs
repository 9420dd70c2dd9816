using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// y = x W^T + b. x: [..., in], W: [out, in], b: [out], y: [..., out].
/// Unlike <c>nn.Linear</c> it takes its weights as they are, without drawing random ones first.
/// </summary>
internal sealed class LinearLayer : Module<Tensor, Tensor>
{
    private Parameter weight;
    private readonly Parameter bias;

    public LinearLayer(WeightSource weights, long inputSize, long outputSize) : base(nameof(LinearLayer))
    {
        weight = weights.Take("weight", WeightKind.Matrix, outputSize, inputSize);
        bias = weights.Take("bias", WeightKind.Bias, outputSize);
        RegisterComponents();
    }

    /// <summary>W, [out, in]. Setting it leaves the former one to its owner.</summary>
    public Parameter Weight
    {
        get => weight;
        set
        {
            weight = value;
            ConditionallyRegisterParameter(nameof(weight), value);
        }
    }

    /// <summary>b, [out].</summary>
    public Parameter Bias => bias;

    public override Tensor forward(Tensor input)
    {
        if (FewRows.Suits(input, weight)) return FewRows.Linear(input, weight, bias);
        if (input.dtype == weight.dtype) return functional.linear(input, weight, bias);
        using var converted = input.to_type(weight.dtype);
        return functional.linear(converted, weight, bias);
    }
}
