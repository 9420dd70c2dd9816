using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Roberta;

/// <summary>RoBERTa with the head that Hugging Face and PEFT use: out_proj(dropout(tanh(dense(dropout(first token))))).</summary>
internal sealed class RobertaForSequenceClassification : SequenceClassifier
{
    internal readonly RobertaModel roberta;
    private readonly RobertaClassificationHead classifier;

    /// <param name="encoderWeights">The weights of the encoder.</param>
    /// <param name="headWeights">The weights of the head.</param>
    /// <param name="configuration">The shape of the encoder.</param>
    /// <param name="classes">How many classes the head tells apart.</param>
    public RobertaForSequenceClassification(WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes)
        : base(nameof(RobertaForSequenceClassification), configuration, classes)
    {
        roberta = new RobertaModel(encoderWeights.At("roberta"), configuration, Dropout);
        classifier = new RobertaClassificationHead(headWeights.At("classifier"), configuration, classes, Dropout);
        RegisterComponents();
    }

    public override EncoderModel Encoder => roberta;

    public override IReadOnlyList<string> HeadModules => [nameof(classifier)];

    public override Tensor Logits(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        return classifier.call(roberta.EncodeFirst(batch)).MoveToOuterDisposeScope();
    }
}

/// <summary>The head on the first token's vector. input: [batch, hidden], result: [batch, classes].</summary>
internal sealed class RobertaClassificationHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> dense;
    private readonly Module<Tensor, Tensor> out_proj;
    private readonly DropoutSource _dropout;
    private readonly double _probability;

    public RobertaClassificationHead(WeightSource weights, EncoderConfiguration configuration, int classes, DropoutSource dropout)
        : base(nameof(RobertaClassificationHead))
    {
        dense = new LinearLayer(weights.At("dense"), configuration.HiddenSize, configuration.HiddenSize);
        out_proj = new LinearLayer(weights.At("out_proj"), configuration.HiddenSize, classes);
        _dropout = dropout;
        _probability = configuration.ClassifierDropout;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = dense.call(_dropout.Apply(input, _probability)).tanh();
        return out_proj.call(_dropout.Apply(features, _probability)).MoveToOuterDisposeScope();
    }
}
