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

    /// <summary>type_vocab_size: rows of the token-type table; 0 where there is none.</summary>
    public int TokenTypes { get; init; } = 1;

    /// <summary>pad_token_id.</summary>
    public int PadTokenId { get; init; } = 1;

    /// <summary>The position of a row's first token: 0, but one above pad_token_id for RoBERTa.</summary>
    public int FirstPosition { get; init; }

    /// <summary>layer_norm_eps.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>hidden_dropout_prob.</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary>attention_probs_dropout_prob.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>classifier_dropout; the hidden dropout where the file has none.</summary>
    public double ClassifierDropout { get; init; } = 0.1;

    /// <summary>The most tokens a row may have, specials included: the positions from the first on.</summary>
    public int MaxLength => MaxPositions - FirstPosition;

    /// <summary>Checks what no field's own range covers.</summary>
    /// <exception cref="InvalidDataException">The fields contradict each other.</exception>
    internal EncoderConfiguration Checked(ConfigurationFields fields)
    {
        if (HiddenSize % Heads != 0) throw fields.Error($"the number of attention heads ({Heads}) must divide the hidden size ({HiddenSize})");
        if (PadTokenId >= VocabularySize) throw fields.Error($"pad_token_id ({PadTokenId}) must be below vocab_size ({VocabularySize})");
        if (MaxLength < 8) throw fields.Error($"max_position_embeddings ({MaxPositions}) must be at least {FirstPosition + 8}");
        return this;
    }
}
