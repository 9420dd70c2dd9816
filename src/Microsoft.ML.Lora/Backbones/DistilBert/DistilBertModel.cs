using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.DistilBert;

/// <summary>DistilBERT without a head (Sanh et al. 2019): BERT with half its layers, without token types and pooler.</summary>
internal sealed class DistilBertModel : EncoderModel
{
    private readonly EncoderEmbeddings embeddings;
    private readonly DistilBertTransformer transformer;

    public DistilBertModel(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(DistilBertModel))
    {
        embeddings = new EncoderEmbeddings(weights.At("embeddings"), configuration, dropout);
        transformer = new DistilBertTransformer(weights.At("transformer"), configuration, dropout);
        RegisterComponents();
    }

    public override EncoderEmbeddings Embeddings => embeddings;

    protected override IEnumerable<EncoderLayer> Layers => transformer.layer;
}

/// <summary>The stack of layers.</summary>
internal sealed class DistilBertTransformer : Module
{
    internal readonly ModuleList<DistilBertLayer> layer;

    public DistilBertTransformer(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(DistilBertTransformer))
    {
        layer = new ModuleList<DistilBertLayer>([.. Enumerable.Range(0, configuration.Layers)
            .Select(i => new DistilBertLayer(weights.At($"layer.{i}"), configuration, dropout))]);
        RegisterComponents();
    }
}
