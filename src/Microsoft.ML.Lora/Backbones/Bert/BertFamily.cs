using Microsoft.ML.Lora.Backbones.Roberta;

namespace Microsoft.ML.Lora.Backbones.Bert;

/// <summary>BERT and MiniLM.</summary>
internal sealed class BertFamily : EncoderFamily
{
    public override string ModelType => "bert";

    public override string Architecture => "BertForSequenceClassification";

    public override IReadOnlyList<string> DefaultTargets => ["query", "value"];

    public override SequenceClassifier CreateClassifier(
        WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes) =>
        new BertForSequenceClassification(encoderWeights, headWeights, configuration, classes);

    protected override EncoderConfiguration ReadConfiguration(ConfigurationFields fields) =>
        RobertaFamily.ReadLayered(fields, ModelType, padTokenId: 0, tokenTypes: 2);
}
