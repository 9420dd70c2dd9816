using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Backbones.Roberta;
using Microsoft.ML.Lora.Pretrain.Teacher;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// RoBERTa with all that it learns from at once: the head that guesses hidden tokens, under Hugging Face's names, and two that read the first token's last
/// state and are thrown away afterwards: one that gives the teacher's vector, one that gives the label of each task.
/// </summary>
internal sealed class PretrainingModel : Module
{
    private readonly RobertaModel roberta;
    private readonly MaskedLanguageModelHead lm_head;
    private readonly LinearLayer teacher;
    private readonly ModuleList<LinearLayer> tasks;

    public PretrainingModel(WeightSource weights, EncoderConfiguration configuration, IReadOnlyList<LabelledTask> labelled, DropoutSource dropout)
        : base(nameof(PretrainingModel))
    {
        roberta = new RobertaModel(weights.At("roberta"), configuration, dropout);
        lm_head = new MaskedLanguageModelHead(weights.At("lm_head"), configuration);
        teacher = new LinearLayer(weights.At("teacher"), configuration.HiddenSize, SentenceEncoder.Size);
        tasks = new ModuleList<LinearLayer>([.. labelled.Select((task, i) => new LinearLayer(weights.At($"tasks.{i}"), configuration.HiddenSize, task.Classes.Length))]);
        RegisterComponents();
        foreach (var parameter in parameters()) parameter.requires_grad = true;
    }

    /// <summary>The word table, [vocabulary, hidden].</summary>
    public Parameter Words => roberta.Embeddings.Words.Weight;

    /// <summary>The part that is kept: all but the teacher's and the tasks' heads.</summary>
    public IEnumerable<(string Name, Parameter Weight)> Kept =>
        named_parameters().Where(p => !p.name.StartsWith("teacher.", StringComparison.Ordinal) && !p.name.StartsWith("tasks.", StringComparison.Ordinal)).Select(p => (p.name, p.parameter));

    /// <summary>Makes the guesses of the start about as bold as the word table's spread allows.</summary>
    public void ScaleGuesses(double scale) => lm_head.Scale(scale);

    /// <summary>What there is to lose on a batch: by guessing tokens (nats a hidden token), by the teacher's vector (1 - cosine), by labels (nats a labelled row).</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="taught">The teacher's vectors of the rows, [rows, 512].</param>
    /// <param name="rows">The rows' labels.</param>
    public (Tensor Tokens, Tensor Vectors, Tensor Labels) Losses(PretrainingBatch batch, Tensor taught, IReadOnlyList<TrainingRow> rows)
    {
        using var scope = NewDisposeScope();
        var hidden = roberta.Encode(batch.Input);
        var first = hidden.select(1, 0);
        var vectors = teacher.call(first);
        var cosine = (vectors * taught).sum(1) / vectors.square().sum(1).clamp(min: 1e-12).sqrt();
        return (OfTokens(hidden, batch).MoveToOuterDisposeScope(), (1 - cosine.mean()).MoveToOuterDisposeScope(), OfLabels(first, rows).MoveToOuterDisposeScope());
    }

    private Tensor OfTokens(Tensor hidden, PretrainingBatch batch)
    {
        if (batch.Places.numel() == 0) return zeros(1).sum();
        var picked = hidden.reshape(-1, hidden.shape[^1]).index_select(0, batch.Places);
        return functional.cross_entropy(functional.linear(lm_head.call(picked), Words, lm_head.Bias), batch.Tokens);
    }

    private Tensor OfLabels(Tensor first, IReadOnlyList<TrainingRow> rows)
    {
        var sum = zeros(1).sum();
        var labelled = rows.Select((row, index) => (row, index)).Where(x => x.row.Task >= 0).ToLookup(x => x.row.Task);
        foreach (var task in labelled)
        {
            var logits = tasks[task.Key].call(first.index_select(0, tensor(task.Select(x => (long)x.index).ToArray())));
            sum = sum + functional.cross_entropy(logits, tensor(task.Select(x => (long)x.row.Label).ToArray())) * task.Count();
        }

        return sum / Math.Max(1, labelled.Sum(task => task.Count()));
    }
}

/// <summary>norm(gelu(dense(x))), to be compared with every row of the word table. x: [places, hidden].</summary>
internal sealed class MaskedLanguageModelHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> dense;
    private readonly LayerNormLayer layer_norm;
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

    /// <summary>Multiplies the normalisation's scale.</summary>
    public void Scale(double factor)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        layer_norm.named_parameters().Single(p => p.name == "weight").parameter.mul_(factor);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return layer_norm.call(functional.gelu(dense.call(input))).MoveToOuterDisposeScope();
    }
}
