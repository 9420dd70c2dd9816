using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Backbones.Roberta;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>RoBERTa with the head that guesses masked tokens, under Hugging Face's names; the output table is the word table.</summary>
internal sealed class MaskedLanguageModel : Module
{
    private readonly RobertaModel roberta;
    private readonly MaskedLanguageModelHead lm_head;

    public MaskedLanguageModel(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(MaskedLanguageModel))
    {
        roberta = new RobertaModel(weights.At("roberta"), configuration, dropout);
        lm_head = new MaskedLanguageModelHead(weights.At("lm_head"), configuration);
        RegisterComponents();
        foreach (var parameter in parameters()) parameter.requires_grad = true;
    }

    /// <summary>Mean cross-entropy of the guesses at the hidden places, in nats.</summary>
    /// <param name="batch">Rows with tokens hidden.</param>
    /// <param name="places">Indices of the hidden places in the flattened batch, int64 [places].</param>
    /// <param name="tokens">What stood there, int64 [places].</param>
    public Tensor Loss(TokenBatch batch, Tensor places, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var hidden = roberta.Encode(batch);
        var picked = hidden.reshape(-1, hidden.shape[^1]).index_select(0, places);
        var logits = functional.linear(lm_head.call(picked), roberta.Embeddings.Words.Weight, lm_head.Bias);
        return functional.cross_entropy(logits, tokens).MoveToOuterDisposeScope();
    }
}

/// <summary>norm(gelu(dense(x))), to be compared with every row of the word table. x: [places, hidden].</summary>
internal sealed class MaskedLanguageModelHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> dense;
    private readonly Module<Tensor, Tensor> layer_norm;
    private readonly Parameter bias;

    public MaskedLanguageModelHead(WeightSource weights, EncoderConfiguration configuration) : base(nameof(MaskedLanguageModelHead))
    {
        dense = new LinearLayer(weights.At("dense"), configuration.HiddenSize, configuration.HiddenSize);
        layer_norm = new LayerNormLayer(weights.At("layer_norm"), configuration.HiddenSize, configuration.LayerNormEpsilon);
        bias = weights.Take("bias", WeightKind.Bias, configuration.VocabularySize);
        RegisterComponents();
    }

    /// <summary>Added to the guess of each token, [vocabulary].</summary>
    public Parameter Bias => bias;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return layer_norm.call(functional.gelu(dense.call(input))).MoveToOuterDisposeScope();
    }
}
