using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.DistilBert;

/// <summary>A layer under DistilBERT's names: attention.{q,k,v,out}_lin, sa_layer_norm, ffn.{lin1,lin2}, output_layer_norm.</summary>
internal sealed class DistilBertLayer : EncoderLayer
{
    private readonly DistilBertAttention attention;
    private readonly Module<Tensor, Tensor> sa_layer_norm;
    private readonly DistilBertFeedForward ffn;
    private readonly Module<Tensor, Tensor> output_layer_norm;

    public DistilBertLayer(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout)
        : base(nameof(DistilBertLayer), configuration, dropout)
    {
        var size = configuration.HiddenSize;
        attention = new DistilBertAttention(weights.At("attention"), size);
        sa_layer_norm = new LayerNormLayer(weights.At("sa_layer_norm"), size, configuration.LayerNormEpsilon);
        ffn = new DistilBertFeedForward(weights.At("ffn"), size, configuration.IntermediateSize);
        output_layer_norm = new LayerNormLayer(weights.At("output_layer_norm"), size, configuration.LayerNormEpsilon);
        RegisterComponents();
    }

    protected override Module<Tensor, Tensor> Query => attention.q_lin;
    protected override Module<Tensor, Tensor> Key => attention.k_lin;
    protected override Module<Tensor, Tensor> Value => attention.v_lin;
    protected override Module<Tensor, Tensor> AttentionOutput => attention.out_lin;
    protected override Module<Tensor, Tensor> AttentionNorm => sa_layer_norm;
    protected override Module<Tensor, Tensor> Up => ffn.lin1;
    protected override Module<Tensor, Tensor> Down => ffn.lin2;
    protected override Module<Tensor, Tensor> OutputNorm => output_layer_norm;
    protected override double AttentionOutputDropout => 0;
}

/// <summary>The four projections of attention.</summary>
internal sealed class DistilBertAttention : Module
{
    internal readonly Module<Tensor, Tensor> q_lin;
    internal readonly Module<Tensor, Tensor> k_lin;
    internal readonly Module<Tensor, Tensor> v_lin;
    internal readonly Module<Tensor, Tensor> out_lin;

    public DistilBertAttention(WeightSource weights, long size) : base(nameof(DistilBertAttention))
    {
        q_lin = new LinearLayer(weights.At("q_lin"), size, size);
        k_lin = new LinearLayer(weights.At("k_lin"), size, size);
        v_lin = new LinearLayer(weights.At("v_lin"), size, size);
        out_lin = new LinearLayer(weights.At("out_lin"), size, size);
        RegisterComponents();
    }
}

/// <summary>The two halves of the feed-forward part.</summary>
internal sealed class DistilBertFeedForward : Module
{
    internal readonly Module<Tensor, Tensor> lin1;
    internal readonly Module<Tensor, Tensor> lin2;

    public DistilBertFeedForward(WeightSource weights, long size, long intermediateSize) : base(nameof(DistilBertFeedForward))
    {
        lin1 = new LinearLayer(weights.At("lin1"), size, intermediateSize);
        lin2 = new LinearLayer(weights.At("lin2"), intermediateSize, size);
        RegisterComponents();
    }
}
