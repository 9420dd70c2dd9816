using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Roberta;

/// <summary>RoBERTa with a small head: linear(norm(first token)). PEFT and transformers have no such head.</summary>
internal sealed class RobertaWithNormHead : SequenceClassifier
{
    private readonly RobertaModel roberta;
    private readonly NormHead classifier;

    /// <param name="encoderWeights">The weights of the encoder.</param>
    /// <param name="headWeights">The weights of the head.</param>
    /// <param name="configuration">The shape of the encoder.</param>
    /// <param name="classes">How many classes the head tells apart.</param>
    /// <param name="withPooler">Whether the checkpoint's pooler is loaded, which nothing uses; it counts among the parameters then, and its bias among the biases.</param>
    public RobertaWithNormHead(
        WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes, bool withPooler = false)
        : base(nameof(RobertaWithNormHead), configuration, classes)
    {
        roberta = new RobertaModel(encoderWeights.At("roberta"), configuration, Dropout);
        if (withPooler) roberta.register_module("pooler", new RobertaDense(encoderWeights.At("roberta.pooler"), configuration.HiddenSize, configuration.HiddenSize));
        classifier = new NormHead(headWeights.At("classifier"), configuration, classes);
        RegisterComponents();
    }

    public override IReadOnlyList<string> HeadModules => [nameof(classifier)];

    public override EncoderModel Encoder => roberta;

    public override bool HasPeftHead => false;

    public override Tensor Logits(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        return classifier.call(roberta.EncodeFirst(batch)).MoveToOuterDisposeScope();
    }
}

/// <summary>linear(norm(x)). input: [batch, hidden], result: [batch, classes].</summary>
internal sealed class NormHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> LayerNorm;
    private readonly Module<Tensor, Tensor> linear;

    public NormHead(WeightSource weights, EncoderConfiguration configuration, int classes) : base(nameof(NormHead))
    {
        LayerNorm = new LayerNormLayer(weights.At("LayerNorm"), configuration.HiddenSize, configuration.LayerNormEpsilon);
        linear = new LinearLayer(weights.At("linear"), configuration.HiddenSize, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var normalized = LayerNorm.call(input);
        return linear.call(normalized);
    }
}
