using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones.Roberta;

/// <summary>RoBERTa without a head (Liu et al. 2019): embeddings, then a stack of layers.</summary>
internal sealed class RobertaModel : EncoderModel
{
    private readonly EncoderEmbeddings embeddings;
    private readonly RobertaEncoder encoder;

    public RobertaModel(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(RobertaModel))
    {
        embeddings = new EncoderEmbeddings(weights.At("embeddings"), configuration, dropout);
        encoder = new RobertaEncoder(weights.At("encoder"), configuration, dropout);
        RegisterComponents();
    }

    public override EncoderEmbeddings Embeddings => embeddings;

    protected override IEnumerable<EncoderLayer> Layers => encoder.layer;
}

/// <summary>The stack of layers under the names of RoBERTa and BERT.</summary>
internal sealed class RobertaEncoder : Module
{
    internal readonly ModuleList<RobertaLayer> layer;

    public RobertaEncoder(WeightSource weights, EncoderConfiguration configuration, DropoutSource dropout) : base(nameof(RobertaEncoder))
    {
        layer = new ModuleList<RobertaLayer>([.. Enumerable.Range(0, configuration.Layers)
            .Select(i => new RobertaLayer(weights.At($"layer.{i}"), configuration, dropout))]);
        RegisterComponents();
    }
}
