using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Roberta;

/// <summary>A layer under the names of RoBERTa and BERT: attention.self.{query,key,value}, attention.output, intermediate, output.</summary>
internal sealed class RobertaLayer : EncoderLayer
{
    private readonly RobertaAttention attention;
    private readonly RobertaDense intermediate;
    private readonly RobertaOutput output;

    public RobertaLayer(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout)
        : base(nameof(RobertaLayer), configuration, dropout)
    {
        attention = new RobertaAttention(weights.At("attention"), configuration);
        intermediate = new RobertaDense(weights.At("intermediate"), configuration.HiddenSize, configuration.IntermediateSize);
        output = new RobertaOutput(weights.At("output"), configuration.IntermediateSize, configuration);
        RegisterComponents();
    }

    protected override Module<Tensor, Tensor> Query => attention.self.query;
    protected override Module<Tensor, Tensor> Key => attention.self.key;
    protected override Module<Tensor, Tensor> Value => attention.self.value;
    protected override Module<Tensor, Tensor> AttentionOutput => attention.output.dense;
    protected override Module<Tensor, Tensor> AttentionNorm => attention.output.LayerNorm;
    protected override Module<Tensor, Tensor> Up => intermediate.dense;
    protected override Module<Tensor, Tensor> Down => output.dense;
    protected override Module<Tensor, Tensor> OutputNorm => output.LayerNorm;
}

/// <summary>The attention part: self, then output.</summary>
internal sealed class RobertaAttention : Module
{
    internal readonly RobertaSelfAttention self;
    internal readonly RobertaOutput output;

    public RobertaAttention(WeightSource weights, EncoderConfiguration configuration) : base(nameof(RobertaAttention))
    {
        self = new RobertaSelfAttention(weights.At("self"), configuration.HiddenSize);
        output = new RobertaOutput(weights.At("output"), configuration.HiddenSize, configuration);
        RegisterComponents();
    }
}

/// <summary>The three projections of self-attention.</summary>
internal sealed class RobertaSelfAttention : Module
{
    internal readonly Module<Tensor, Tensor> query;
    internal readonly Module<Tensor, Tensor> key;
    internal readonly Module<Tensor, Tensor> value;

    public RobertaSelfAttention(WeightSource weights, long size) : base(nameof(RobertaSelfAttention))
    {
        query = new LinearLayer(weights.At("query"), size, size);
        key = new LinearLayer(weights.At("key"), size, size);
        value = new LinearLayer(weights.At("value"), size, size);
        RegisterComponents();
    }
}

/// <summary>A projection under the name "dense".</summary>
internal sealed class RobertaDense : Module
{
    internal readonly Module<Tensor, Tensor> dense;

    public RobertaDense(WeightSource weights, long inputSize, long outputSize) : base(nameof(RobertaDense))
    {
        dense = new LinearLayer(weights.At("dense"), inputSize, outputSize);
        RegisterComponents();
    }
}

/// <summary>A projection back to the hidden size, and the normalisation after the residual sum.</summary>
internal sealed class RobertaOutput : Module
{
    internal readonly Module<Tensor, Tensor> dense;
    internal readonly Module<Tensor, Tensor> LayerNorm;

    public RobertaOutput(WeightSource weights, long inputSize, EncoderConfiguration configuration) : base(nameof(RobertaOutput))
    {
        dense = new LinearLayer(weights.At("dense"), inputSize, configuration.HiddenSize);
        LayerNorm = new LayerNormLayer(weights.At("LayerNorm"), configuration.HiddenSize, configuration.LayerNormEpsilon);
        RegisterComponents();
    }
}
