using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>
/// norm(word + position + token type), then dropout; DistilBERT has no token types. Positions count the tokens of a row from
/// <see cref="EncoderConfiguration.FirstPosition"/> on, so that what stands beside a row does not move its tokens; padding keeps the position before.
/// </summary>
internal sealed class EncoderEmbeddings : Module
{
    private readonly Module<Tensor, Tensor> word_embeddings;
    private readonly Module<Tensor, Tensor> position_embeddings;
    private readonly Module<Tensor, Tensor>? token_type_embeddings;
    private readonly Module<Tensor, Tensor> LayerNorm;
    private readonly EncoderConfiguration _configuration;
    private readonly DropoutSource _dropout;

    public EncoderEmbeddings(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(EncoderEmbeddings))
    {
        var size = configuration.HiddenSize;
        word_embeddings = new EmbeddingLayer(weights.At("word_embeddings"), configuration.VocabularySize, size);
        position_embeddings = new EmbeddingLayer(weights.At("position_embeddings"), configuration.MaxPositions, size);
        if (configuration.TokenTypes > 0)
            token_type_embeddings = new EmbeddingLayer(weights.At("token_type_embeddings"), configuration.TokenTypes, size);
        LayerNorm = new LayerNormLayer(weights.At("LayerNorm"), size, configuration.LayerNormEpsilon);
        _configuration = configuration;
        _dropout = dropout;
        RegisterComponents();
    }

    /// <summary>The word table, which a masked-language-modelling head shares.</summary>
    internal EmbeddingLayer Words => (EmbeddingLayer)word_embeddings;

    /// <returns>[batch, length, hidden] or packed [tokens, hidden], as the batch is.</returns>
    public Tensor Forward(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        var ids = batch.InputIds;
        var sum = word_embeddings.call(ids).add(position_embeddings.call(Positions(batch)));
        if (token_type_embeddings is not null)
            sum = sum.add(token_type_embeddings.call(batch.TokenTypeIds ?? (batch.Lengths is null ? zeros(1, 1, dtype: int64, device: ids.device) : zeros_like(ids))));
        return _dropout.Apply(LayerNorm.call(sum), _configuration.HiddenDropout).MoveToOuterDisposeScope();
    }

    private Tensor Positions(TokenBatch batch)
    {
        var first = _configuration.FirstPosition;
        if (batch.Lengths is { } lengths)
            return tensor([.. lengths.SelectMany(length => Enumerable.Range(first, length)).Select(position => (long)position)], device: batch.InputIds.device);
        return batch.AttentionMask is { } mask
            ? mask.cumsum(1).mul(mask).add(first - 1).clamp(min: 0)
            : arange(first, first + batch.InputIds.shape[1], dtype: int64, device: batch.InputIds.device).unsqueeze(0);
    }
}
