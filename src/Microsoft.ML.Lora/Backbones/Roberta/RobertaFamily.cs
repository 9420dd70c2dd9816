namespace Microsoft.ML.Lora.Backbones.Roberta;

/// <summary>RoBERTa and DistilRoBERTa, and, with another vocabulary, whatever else has their modules: XLM-RoBERTa and CamemBERT keep even their names.</summary>
/// <param name="modelType">model_type in config.json.</param>
/// <param name="architecture">The class of Python's transformers.</param>
internal sealed class RobertaFamily(string modelType, string architecture) : EncoderFamily
{
    public override string ModelType => modelType;

    public override string Architecture => architecture;

    public override string WeightPrefix => "roberta.";

    public override IReadOnlyList<string> DefaultTargets => ["query", "value"];

    public override SequenceClassifier CreateClassifier(
        WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes) =>
        new RobertaForSequenceClassification(encoderWeights, headWeights, configuration, classes);

    protected override EncoderConfiguration ReadConfiguration(ConfigurationFields fields)
    {
        var configuration = ReadLayered(fields, ModelType, padTokenId: 1, tokenTypes: 1);
        return configuration with { FirstPosition = configuration.PadTokenId + 1 };
    }

    /// <summary>Reads the fields that RoBERTa and BERT share.</summary>
    internal static EncoderConfiguration ReadLayered(ConfigurationFields fields, string modelType, int padTokenId, int tokenTypes)
    {
        fields.RequireText("hidden_act", "gelu");
        fields.RequireText("position_embedding_type", "absolute");
        fields.RequireFalse("is_decoder");
        var hiddenDropout = fields.Probability("hidden_dropout_prob", 0.1);
        return new EncoderConfiguration
        {
            ModelType = modelType,
            VocabularySize = fields.Size("vocab_size"),
            HiddenSize = fields.Size("hidden_size"),
            Layers = fields.Size("num_hidden_layers", most: 1000),
            Heads = fields.Size("num_attention_heads"),
            IntermediateSize = fields.Size("intermediate_size"),
            MaxPositions = fields.Size("max_position_embeddings"),
            TokenTypes = fields.Size("type_vocab_size", otherwise: tokenTypes),
            PadTokenId = fields.Size("pad_token_id", otherwise: padTokenId, least: 0),
            LayerNormEpsilon = fields.Positive("layer_norm_eps", 1e-12),
            HiddenDropout = hiddenDropout,
            AttentionDropout = fields.Probability("attention_probs_dropout_prob", 0.1),
            ClassifierDropout = fields.Probability("classifier_dropout", hiddenDropout),
        };
    }
}
