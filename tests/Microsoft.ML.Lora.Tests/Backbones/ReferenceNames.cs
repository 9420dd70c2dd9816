namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>What a family calls the parts that all families share, where its positions begin, and its head.</summary>
internal sealed record ReferenceNames(
    string Encoder, string Layers, int FirstPosition, string Query, string Key, string Value, string AttentionOutput, string AttentionNorm,
    string Up, string Down, string OutputNorm, Func<double[], Func<string, double[], double[]>, double[]> Head)
{
    public static readonly ReferenceNames Roberta = new(
        "roberta", "encoder.layer", 2, "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm",
        (first, linear) => linear("classifier.out_proj", Each(linear("classifier.dense", first), Math.Tanh)));

    public static readonly ReferenceNames Bert = Roberta with
    {
        Encoder = "bert",
        FirstPosition = 0,
        Head = (first, linear) => linear("classifier", Each(linear("bert.pooler.dense", first), Math.Tanh)),
    };

    public static readonly ReferenceNames DistilBert = new(
        "distilbert", "transformer.layer", 0, "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin",
        "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm",
        (first, linear) => linear("classifier", Each(linear("pre_classifier", first), x => Math.Max(x, 0))));

    private static double[] Each(double[] values, Func<double, double> function) => [.. values.Select(function)];
}
