using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>y = (x - mean(x)) / sqrt(var(x) + eps) * weight + bias over the last dimension. x, y: [..., size]; weight, bias: [size].</summary>
internal sealed class LayerNormLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly long[] _normalizedShape;
    private readonly double _epsilon;

    public LayerNormLayer(WeightSource weights, long size, double epsilon) : base(nameof(LayerNormLayer))
    {
        weight = weights.Take("weight", WeightKind.Scale, size);
        bias = weights.Take("bias", WeightKind.Bias, size);
        _normalizedShape = [size];
        _epsilon = epsilon;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.layer_norm(input, _normalizedShape, weight, bias, _epsilon);
}
