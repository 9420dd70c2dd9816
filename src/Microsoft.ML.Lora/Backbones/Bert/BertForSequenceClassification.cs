using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Backbones.Roberta;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Bert;

/// <summary>
/// BERT with the head that Hugging Face and PEFT use: classifier(dropout(tanh(pooler(first token)))). The pooler is the base's own; where the base has
/// none, as after masked language modelling alone, it is new and trained with the head.
/// </summary>
internal sealed class BertForSequenceClassification : SequenceClassifier
{
    private readonly BertModel bert;
    private readonly Module<Tensor, Tensor> classifier;

    public BertForSequenceClassification(WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes)
        : base(nameof(BertForSequenceClassification), configuration, classes)
    {
        var hasPooler = encoderWeights.Has("bert.pooler.dense.weight");
        bert = new BertModel(encoderWeights.At("bert"), (hasPooler ? encoderWeights : headWeights).At("bert.pooler"), configuration, Dropout);
        classifier = new LinearLayer(headWeights.At("classifier"), configuration.HiddenSize, classes);
        HeadModules = hasPooler ? [nameof(classifier)] : ["bert.pooler.dense", nameof(classifier)];
        RegisterComponents();
    }

    public override EncoderModel Encoder => bert;

    public override IReadOnlyList<string> HeadModules { get; }

    public override Tensor Logits(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        var pooled = bert.pooler.dense.call(bert.EncodeFirst(batch)).tanh();
        return classifier.call(Dropout.Apply(pooled, Configuration.ClassifierDropout)).MoveToOuterDisposeScope();
    }
}

/// <summary>BERT without a head (Devlin et al. 2018), but with the pooler that its pre-training left.</summary>
internal sealed class BertModel : EncoderModel
{
    private readonly EncoderEmbeddings embeddings;
    private readonly RobertaEncoder encoder;
    internal readonly RobertaDense pooler;

    public BertModel(WeightSource weights, WeightSource poolerWeights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(BertModel))
    {
        embeddings = new EncoderEmbeddings(weights.At("embeddings"), configuration, dropout);
        encoder = new RobertaEncoder(weights.At("encoder"), configuration, dropout);
        pooler = new RobertaDense(poolerWeights, configuration.HiddenSize, configuration.HiddenSize);
        RegisterComponents();
    }

    public override EncoderEmbeddings Embeddings => embeddings;

    protected override IEnumerable<EncoderLayer> Layers => encoder.layer;
}
