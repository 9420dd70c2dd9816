using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Methods;

/// <summary>
/// A layer with a bottleneck behind it (Houlsby et al. 2019, section 2.1): y = f(x), h = y + up gelu(down y + b) + c.
/// y, h: [..., d]; down: [m, d], b: [m], up: [d, m], c: [d], together 2 m d + d + m numbers. up and c start at zero, so that h starts at y.
/// </summary>
public sealed class BottleneckLayer : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> base_layer;
    private readonly Parameter down_weight;
    private readonly Parameter down_bias;
    private readonly Parameter up_weight;
    private readonly Parameter up_bias;

    internal BottleneckLayer(Module<Tensor, Tensor> baseLayer, long size, long bottleneck, Device device, Generator generator) : base(nameof(BottleneckLayer))
    {
        base_layer = baseLayer;
        using var scope = NewDisposeScope();
        down_weight = Trained(empty(bottleneck, size).normal_(0, 0.02, generator), device);
        down_bias = Trained(zeros(bottleneck), device);
        up_weight = Trained(zeros(size, bottleneck), device);
        up_bias = Trained(zeros(size), device);
        RegisterComponents();
    }

    /// <summary>The layer before the bottleneck.</summary>
    public Module<Tensor, Tensor> BaseLayer => base_layer;

    /// <summary>The trained numbers, by their names in the module.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Trainable =>
        [(nameof(down_weight), down_weight), (nameof(down_bias), down_bias), (nameof(up_weight), up_weight), (nameof(up_bias), up_bias)];

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = base_layer.call(input);
        var inner = functional.gelu(functional.linear(output, down_weight, down_bias));
        return output.add(functional.linear(inner, up_weight, up_bias)).MoveToOuterDisposeScope();
    }

    private static Parameter Trained(Tensor start, Device device)
    {
        var parameter = new Parameter(start.to(device), requires_grad: true);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
