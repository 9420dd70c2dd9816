using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Benchmarks.Micro;

/// <summary>One linear layer of 768 to 768 with an adapter of rank 8.</summary>
public class LayerBenchmark
{
    private Holder? _model;
    private LoraModel? _adapter;
    private Tensor? _input;

    /// <summary>Rows of the input.</summary>
    [Params(13, 208)]
    public int Tokens { get; set; }

    /// <summary>Makes what is measured.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        using var generator = new Generator(1);
        _model = new Holder(generator);
        _adapter = LoraModel.Inject(_model, new LoraConfig { TargetModules = ["layer"] }, new DropoutSource(), generator);
        _input = randn(Tokens, 768, generator: generator);
    }

    /// <summary>The adapter beside the layer, as in training, without gradients.</summary>
    [Benchmark]
    public void Beside() => Forward(merged: false);

    /// <summary>The adapter folded in.</summary>
    [Benchmark]
    public void Merged() => Forward(merged: true);

    /// <summary>The adapter beside the layer, forward and backward.</summary>
    [Benchmark]
    public void Trained()
    {
        using var scope = NewDisposeScope();
        _adapter!.Unmerge();
        _model!.layer.call(_input!).sum().backward();
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void End()
    {
        _adapter!.Dispose();
        _model!.Dispose();
        _input!.Dispose();
    }

    private void Forward(bool merged)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (merged) _adapter!.Merge();
        else _adapter!.Unmerge();
        _model!.layer.call(_input!);
    }

    private sealed class Holder : Module
    {
        internal readonly Module<Tensor, Tensor> layer;

        public Holder(Generator generator) : base(nameof(Holder))
        {
            layer = new LinearLayer(new RandomWeights(generator), 768, 768);
            RegisterComponents();
        }
    }
}
