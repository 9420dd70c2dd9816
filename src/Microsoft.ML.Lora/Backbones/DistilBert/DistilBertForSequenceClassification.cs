using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.DistilBert;

/// <summary>DistilBERT with the head that Hugging Face and PEFT use: classifier(dropout(relu(pre_classifier(first token)))).</summary>
internal sealed class DistilBertForSequenceClassification : SequenceClassifier
{
    private readonly DistilBertModel distilbert;
    private readonly Module<Tensor, Tensor> pre_classifier;
    private readonly Module<Tensor, Tensor> classifier;

    public DistilBertForSequenceClassification(WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes)
        : base(nameof(DistilBertForSequenceClassification), configuration, classes)
    {
        distilbert = new DistilBertModel(encoderWeights.At("distilbert"), configuration, Dropout);
        pre_classifier = new LinearLayer(headWeights.At("pre_classifier"), configuration.HiddenSize, configuration.HiddenSize);
        classifier = new LinearLayer(headWeights.At("classifier"), configuration.HiddenSize, classes);
        RegisterComponents();
    }

    public override EncoderModel Encoder => distilbert;

    public override IReadOnlyList<string> HeadModules => [nameof(pre_classifier), nameof(classifier)];

    public override Tensor Logits(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        var features = pre_classifier.call(distilbert.EncodeFirst(batch)).relu();
        return classifier.call(Dropout.Apply(features, Configuration.ClassifierDropout)).MoveToOuterDisposeScope();
    }
}
