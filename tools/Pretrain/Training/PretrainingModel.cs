using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Backbones.Roberta;
using Microsoft.ML.Lora.Pretrain.Teacher;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// RoBERTa with all that it learns from at once: the head that guesses hidden tokens, under Hugging Face's names, and those that are thrown away afterwards:
/// one gives the teacher's vectors of words out of their tokens' states below the last layer, and one a task names labels. The first token's last state is to
/// be the teacher's vector of the sentence itself.
/// </summary>
internal sealed class PretrainingModel : Module
{
    private readonly RobertaModel roberta;
    private readonly MaskedLanguageModelHead lm_head;
    private readonly LinearLayer words;
    private readonly ModuleList<LinearLayer> tasks;

    public PretrainingModel(WeightSource weights, EncoderConfiguration configuration, IReadOnlyList<LabelledTask> labelled, DropoutSource dropout)
        : base(nameof(PretrainingModel))
    {
        roberta = new RobertaModel(weights.At("roberta"), configuration, dropout);
        lm_head = new MaskedLanguageModelHead(weights.At("lm_head"), configuration);
        words = new LinearLayer(weights.At("words"), configuration.HiddenSize, configuration.HiddenSize);
        tasks = new ModuleList<LinearLayer>([.. labelled.Select((task, i) => new LinearLayer(weights.At($"tasks.{i}"), configuration.HiddenSize, task.Classes.Length))]);
        RegisterComponents();
        foreach (var parameter in parameters()) parameter.requires_grad = true;
    }

    /// <summary>The word table, [vocabulary, hidden].</summary>
    public Parameter Words => roberta.Embeddings.Words.Weight;

    /// <summary>The part that is kept: the encoder and the head that guesses hidden tokens.</summary>
    public IEnumerable<(string Name, Parameter Weight)> Kept =>
        named_parameters().Where(p => p.name.StartsWith("roberta.", StringComparison.Ordinal) || p.name.StartsWith("lm_head.", StringComparison.Ordinal)).Select(p => (p.name, p.parameter));

    /// <summary>Makes guesses bolder or, below 1, more timid.</summary>
    public void ScaleGuesses(double scale) => lm_head.Scale(scale);

    /// <summary>Takes weights over by their names.</summary>
    public void Inherit(IReadOnlyDictionary<string, Tensor> weights)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var own = named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, weight) in weights)
        {
            if (!own[name].shape.SequenceEqual(weight.shape)) throw new InvalidOperationException($"{name} is [{string.Join(", ", own[name].shape)}], not [{string.Join(", ", weight.shape)}].");
            own[name].copy_(weight);
        }
    }

    /// <summary>What there is to lose on a batch; the caller owns it.</summary>
    public PretrainingLosses Losses(PreparedStep step)
    {
        using var scope = NewDisposeScope();
        var states = States(step.Batch.Input);
        var hidden = states[^1];
        var first = hidden.select(1, 0);
        Tensor[] losses =
        [
            OfTokens(hidden, step.Batch), OfWords(states[^2], step),
            functional.mse_loss(first, step.Lesson.Sentences), OfLabels(first, step.Rows),
        ];
        foreach (var loss in losses) loss.MoveToOuterDisposeScope();
        return new(losses[0], losses[1], losses[2], losses[3]);
    }

    private Tensor OfWords(Tensor hidden, PreparedStep step)
    {
        if (step.Words.Taught.Length == 0) return zeros(1, device: hidden.device).sum();
        var spelt = GroupMean.Of(hidden.reshape(-1, hidden.shape[^1]), step.Words.Places, step.Words.Words);
        return functional.mse_loss(words.call(spelt), step.Lesson.Words.index_select(0, tensor(step.Words.Taught, device: hidden.device)));
    }

    /// <summary>The states of all tokens, [rows, length, hidden], before the first layer and after each. The scope of the caller owns them.</summary>
    public IReadOnlyList<Tensor> States(TokenBatch batch)
    {
        var states = new List<Tensor>();
        roberta.Encode(batch, states);
        return states;
    }

    /// <summary>How well each token of the vocabulary would stand at some places: logits, [places, vocabulary], of the places' states, [places, hidden].</summary>
    public Tensor Guesses(Tensor states) => functional.linear(lm_head.call(states), Words, lm_head.Bias);

    private Tensor OfTokens(Tensor hidden, PretrainingBatch batch)
    {
        if (batch.Places.numel() == 0) return zeros(1, device: hidden.device).sum();
        return functional.cross_entropy(Guesses(hidden.reshape(-1, hidden.shape[^1]).index_select(0, batch.Places)), batch.Tokens);
    }

    private Tensor OfLabels(Tensor first, IReadOnlyList<TrainingRow> rows)
    {
        var sum = zeros(1, device: first.device).sum();
        var labelled = rows.Select((row, index) => (row, index)).Where(x => x.row.Task >= 0).ToLookup(x => x.row.Task);
        foreach (var task in labelled)
        {
            Tensor Of(Func<(TrainingRow Row, int Index), long> number) => tensor(task.Select(number).ToArray(), device: first.device);
            var logits = tasks[task.Key].call(first.index_select(0, Of(x => x.Index)));
            sum = sum + functional.cross_entropy(logits, Of(x => x.Row.Label)) * task.Count();
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
