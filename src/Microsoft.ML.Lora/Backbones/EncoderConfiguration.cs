using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>The shape of an encoder, as Hugging Face's config.json states it.</summary>
internal sealed record EncoderConfiguration
{
    /// <summary>model_type: the family.</summary>
    public required string ModelType { get; init; }

    /// <summary>vocab_size: rows of the word table.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>hidden_size.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>num_hidden_layers.</summary>
    public required int Layers { get; init; }

    /// <summary>num_attention_heads; they share the hidden size evenly.</summary>
    public required int Heads { get; init; }

    /// <summary>intermediate_size.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>max_position_embeddings: rows of the position table.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>type_vocab_size: rows of the token-type table.</summary>
    public int TokenTypes { get; init; } = 1;

    /// <summary>pad_token_id. RoBERTa's positions start one above it.</summary>
    public int PadTokenId { get; init; } = 1;

    /// <summary>layer_norm_eps.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>hidden_dropout_prob.</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary>attention_probs_dropout_prob.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>classifier_dropout; the hidden dropout where the file has none.</summary>
    public double ClassifierDropout { get; init; } = 0.1;

    /// <summary>The most tokens a row may have, specials included: RoBERTa spends the positions up to pad_token_id on padding.</summary>
    public int MaxLength => MaxPositions - PadTokenId - 1;

    private const int MaxFileBytes = 4_000_000;
    private const int MaxSize = 16_777_216;

    /// <summary>Reads config.json.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such configuration, or of a family or shape that is not supported.</exception>
    public static EncoderConfiguration FromFile(string path)
    {
        var fields = UntrustedJson.ReadFile(path, MaxFileBytes, maxDepth: 32);
        RequireText(fields, "model_type", "roberta");
        RequireText(fields, "hidden_act", "gelu", otherwise: "gelu");
        RequireText(fields, "position_embedding_type", "absolute", otherwise: "absolute");
        var hiddenDropout = Probability(fields, "hidden_dropout_prob") ?? 0.1;
        var configuration = new EncoderConfiguration
        {
            ModelType = fields.String("model_type")!,
            VocabularySize = Size(fields, "vocab_size"),
            HiddenSize = Size(fields, "hidden_size"),
            Layers = Size(fields, "num_hidden_layers", most: 1000),
            Heads = Size(fields, "num_attention_heads"),
            IntermediateSize = Size(fields, "intermediate_size"),
            MaxPositions = Size(fields, "max_position_embeddings"),
            TokenTypes = Size(fields, "type_vocab_size", otherwise: 1),
            PadTokenId = Size(fields, "pad_token_id", otherwise: 1, least: 0),
            LayerNormEpsilon = fields.Double("layer_norm_eps") ?? 1e-5,
            HiddenDropout = hiddenDropout,
            AttentionDropout = Probability(fields, "attention_probs_dropout_prob") ?? 0.1,
            ClassifierDropout = Probability(fields, "classifier_dropout") ?? hiddenDropout,
        };
        if (configuration.LayerNormEpsilon <= 0) throw fields.Wrong("layer_norm_eps", "above 0");
        if (configuration.HiddenSize % configuration.Heads != 0) throw fields.Wrong("num_attention_heads", $"a divisor of hidden_size ({configuration.HiddenSize})");
        if (configuration.PadTokenId >= configuration.VocabularySize) throw fields.Wrong("pad_token_id", $"below vocab_size ({configuration.VocabularySize})");
        if (configuration.MaxLength < 8) throw fields.Wrong("max_position_embeddings", $"at least {configuration.PadTokenId + 9}");
        return configuration;
    }

    private static void RequireText(JsonFields fields, string field, string supported, string? otherwise = null)
    {
        if (fields.Require(fields.String(field) ?? otherwise, field) != supported) throw fields.Wrong(field, $"\"{supported}\", which is what is supported");
    }

    private static int Size(JsonFields fields, string field, int? otherwise = null, int least = 1, int most = MaxSize)
    {
        var size = fields.Require(fields.Int(field) ?? otherwise, field);
        return size >= least && size <= most ? size : throw fields.Wrong(field, $"from {least} to {most}");
    }

    private static double? Probability(JsonFields fields, string field) =>
        fields.Double(field) is not { } value ? null : value is >= 0 and < 1 ? value : throw fields.Wrong(field, "at least 0 and below 1");
}
