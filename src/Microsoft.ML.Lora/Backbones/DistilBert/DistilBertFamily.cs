namespace Microsoft.ML.Lora.Backbones.DistilBert;

/// <summary>DistilBERT.</summary>
internal sealed class DistilBertFamily : EncoderFamily
{
    public override string ModelType => "distilbert";

    public override string Architecture => "DistilBertForSequenceClassification";

    public override IReadOnlyList<string> DefaultTargets => ["q_lin", "v_lin"];

    public override SequenceClassifier CreateClassifier(
        WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes) =>
        new DistilBertForSequenceClassification(encoderWeights, headWeights, configuration, classes);

    protected override EncoderConfiguration ReadConfiguration(ConfigurationFields fields)
    {
        fields.RequireText("activation", "gelu");
        return new EncoderConfiguration
        {
            ModelType = ModelType,
            VocabularySize = fields.Size("vocab_size"),
            HiddenSize = fields.Size("dim"),
            Layers = fields.Size("n_layers", most: 1000),
            Heads = fields.Size("n_heads"),
            IntermediateSize = fields.Size("hidden_dim"),
            MaxPositions = fields.Size("max_position_embeddings"),
            TokenTypes = 0,
            PadTokenId = fields.Size("pad_token_id", otherwise: 0, least: 0),
            LayerNormEpsilon = 1e-12,
            HiddenDropout = fields.Probability("dropout", 0.1),
            AttentionDropout = fields.Probability("attention_dropout", 0.1),
            ClassifierDropout = fields.Probability("seq_classif_dropout", 0.2),
        };
    }
}
