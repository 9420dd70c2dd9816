using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Tests.Adapters.Layers;

/// <summary>
/// A model of one layer, under the name "layer", of one of the kinds that can be adapted; an input for it; and what it computes, written out for any
/// weight and in float64.
/// </summary>
internal sealed class OneLayer : Module<Tensor, Tensor>
{
    public static readonly string[] Kinds = ["Linear", "LinearLayer", "TransposedLinear", "Embedding", "EmbeddingLayer", "Conv1d", "Conv1dSame", "Conv2d"];

    private readonly Module<Tensor, Tensor> layer;
    private readonly Func<Tensor, Tensor, Tensor?, Tensor> _formula;

    private OneLayer(Module<Tensor, Tensor> layer, Tensor input, Func<Tensor, Tensor, Tensor?, Tensor> formula) : base(nameof(OneLayer))
    {
        (this.layer, Input, _formula) = (layer, input.DetachFromDisposeScope(), formula);
        RegisterComponents();
    }

    public Tensor Input { get; }

    public Module<Tensor, Tensor> Layer => layer;

    public LoraLayer Adapted => (LoraLayer)layer;

    public static OneLayer Of(string kind, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        using var scope = NewDisposeScope();
        var weights = new RandomWeights(generator);
        Tensor Numbers(params long[] shape) => randn(shape, generator: generator);
        Tensor Ids() => tensor(new long[] { 3, 0, 8, 3, 1, 6 }, [2, 3]);
        var model = kind switch
        {
            "Linear" => new OneLayer(Linear(7, 5), Numbers(2, 3, 7), (x, w, b) => x.matmul(w.t()) + b!),
            "LinearLayer" => new OneLayer(new LinearLayer(weights, 7, 5), Numbers(4, 7), (x, w, b) => x.matmul(w.t()) + b!),
            "TransposedLinear" => new OneLayer(
                new TransposedLinear(Detached(Numbers(7, 5)), Detached(Numbers(5))), Numbers(2, 3, 7), (x, w, b) => x.matmul(w) + b!),
            "Embedding" => new OneLayer(Embedding(9, 5), Ids(), (x, w, _) => w[x]),
            "EmbeddingLayer" => new OneLayer(new EmbeddingLayer(weights, 9, 5), Ids(), (x, w, _) => w[x]),
            "Conv1d" => new OneLayer(Conv1d(3, 5, 3, stride: 2, padding: 1, dilation: 2), Numbers(2, 3, 12), (x, w, b) =>
                functional.conv1d(x, w, b, stride: 2, padding: 1, dilation: 2)),
            "Conv1dSame" => new OneLayer(Conv1d(3, 5, 3, Padding.Same, bias: false), Numbers(2, 3, 6), (x, w, _) => functional.conv1d(x, w, padding: 1)),
            "Conv2d" => new OneLayer(Conv2d(3, 6, (3, 2), stride: (2, 1), padding: (0, 1), dilation: (1, 3)), Numbers(2, 3, 8, 7), (x, w, b) =>
                functional.conv2d(x, w, b, strides: [2, 1], padding: [0, 1], dilation: [1, 3])),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        foreach (var (_, parameter) in model.named_parameters())
        {
            parameter.DetachFromDisposeScope();
            using var _ = no_grad();
            parameter.normal_(0, 0.5, generator);
        }

        return model;
    }

    public LoraModel Adapt(LoraConfig config, ulong seed = 2)
    {
        using var generator = new Generator(seed);
        var adapted = new LoraModel(this);
        adapted.Add(LoraModel.DefaultName, config with { TargetModules = ["layer"] }, generator);
        return adapted;
    }

    public override Tensor forward(Tensor input) => layer.call(input);

    /// <summary>What the layer is to give with another weight, in float64.</summary>
    public Tensor Formula(Tensor weight)
    {
        var input = Input.is_floating_point() ? Input.@double() : Input;
        var bias = (layer is LoraLayer adapted ? adapted.BaseLayer : layer).get_parameter("bias");
        return _formula(input, weight, bias?.detach().@double());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Input.Dispose();
        base.Dispose(disposing);
    }

    private static Parameter Detached(Tensor values)
    {
        var parameter = new Parameter(values, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
