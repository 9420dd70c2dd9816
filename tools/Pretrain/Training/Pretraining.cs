using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// Pre-trains a small RoBERTa by masked-language modelling for a given time, into a directory that holds its tokenizer already.
/// The learning rate rises over the first 2 % of the time and falls linearly to 0 at its end; time counts across interruptions.
/// </summary>
/// <param name="modelDirectory">Holds vocab.json and merges.txt; receives config.json and model.safetensors (float16).</param>
/// <param name="stateDirectory">Where an interrupted run is kept.</param>
internal sealed class Pretraining(string modelDirectory, string stateDirectory)
{
    /// <summary>256 tokens, and the two positions that RoBERTa leaves to padding.</summary>
    public const int MaxPositions = 258;

    private const double WarmupShare = 0.02;
    private const double ClipNorm = 1;
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromMinutes(5);

    public required IReadOnlyList<string> TextFiles { get; init; }
    public required EncoderConfiguration Shape { get; init; }
    public required TimeSpan Duration { get; init; }
    public double LearningRate { get; init; } = 1e-3;
    public int TokensPerStep { get; init; } = 8192;
    public int Seed { get; init; } = 1;

    public void Run(TextWriter log)
    {
        var tokenizer = TextTokenizer.FromDirectory(modelDirectory);
        var shape = Shape with { VocabularySize = tokenizer.VocabularySize, PadTokenId = tokenizer.Special.Pad, FirstPosition = tokenizer.Special.Pad + 1 };
        var corpus = Corpus.Read(TextFiles, tokenizer);
        log.WriteLine($"{corpus.Length:N0} tokens of text, vocabulary of {shape.VocabularySize:N0}");
        var batches = new MaskedBatches(corpus, tokenizer.Special, shape.VocabularySize, TokensPerStep, Seed);

        using var dropout = new DropoutSource();
        using var generator = new Generator(unchecked((ulong)Seed));
        // With Hugging Face's 0.02 a model this narrow starts with all but uniform attention and takes long to leave it.
        var start = new RandomWeights(generator, matrixDeviation: 1 / Math.Sqrt(shape.HiddenSize));
        using var model = new MaskedLanguageModel(start, shape, dropout);
        var parameters = model.parameters().ToArray();
        using var optimizer = new AdamW(parameters, lr: 0, beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0.01, amsgrad: false, maximize: false);
        var state = new PretrainingState(stateDirectory);
        var (step, before) = state.Exists ? state.Load(model, optimizer) : (0, 0.0);
        log.WriteLine($"{parameters.Sum(p => p.numel()):N0} parameters, from step {step:N0}");

        var clock = Stopwatch.StartNew();
        double Seconds() => before + clock.Elapsed.TotalSeconds;
        var (reported, saved, losses) = (clock.Elapsed, clock.Elapsed, new List<float>());
        while (Seconds() < Duration.TotalSeconds)
        {
            losses.Add(Step(model, optimizer, parameters, batches, step++, Seconds() / Duration.TotalSeconds));
            if (clock.Elapsed - reported > BetweenReports)
            {
                var speed = losses.Count * TokensPerStep / (clock.Elapsed - reported).TotalSeconds;
                log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Seconds() / 60:F1} min  step {step}  {(long)step * TokensPerStep / 1e6:F1} M tokens  loss {losses.Average():F3}  {speed:F0} tokens/s"));
                losses.Clear();
                reported = clock.Elapsed;
            }

            if (clock.Elapsed - saved > BetweenCheckpoints)
            {
                state.Save(model, optimizer, step, Seconds());
                WriteModel(model, shape);
                saved = clock.Elapsed;
            }
        }

        state.Save(model, optimizer, step, Seconds());
        WriteModel(model, shape);
        log.WriteLine($"done: {step:N0} steps, {(long)step * TokensPerStep:N0} tokens, {Seconds() / 60:F1} minutes");
    }

    private float Step(MaskedLanguageModel model, AdamW optimizer, Parameter[] parameters, MaskedBatches batches, int step, double share)
    {
        using var scope = NewDisposeScope();
        var (batch, places, tokens) = batches.At(step);
        var loss = model.Loss(batch, places, tokens);
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(parameters, ClipNorm);
        var rate = LearningRate * Math.Min(share / WarmupShare, Math.Max(0, 1 - share) / (1 - WarmupShare));
        foreach (var group in optimizer.ParamGroups) group.LearningRate = rate;
        optimizer.step();
        return loss.item<float>();
    }

    private void WriteModel(MaskedLanguageModel model, EncoderConfiguration shape)
    {
        using var scope = NewDisposeScope();
        var weights = model.named_parameters().Select(p => (p.name, p.parameter.detach().to(ScalarType.Float16)));
        SafetensorsWriter.Write(Path.Combine(modelDirectory, "model.safetensors"), weights, SafetensorsWriter.PyTorchMetadata);
        AtomicFile.Write(Path.Combine(modelDirectory, "config.json"), JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                architectures = new[] { "RobertaForMaskedLM" },
                model_type = "roberta",
                vocab_size = shape.VocabularySize,
                hidden_size = shape.HiddenSize,
                num_hidden_layers = shape.Layers,
                num_attention_heads = shape.Heads,
                intermediate_size = shape.IntermediateSize,
                max_position_embeddings = shape.MaxPositions,
                type_vocab_size = shape.TokenTypes,
                layer_norm_eps = shape.LayerNormEpsilon,
                hidden_act = "gelu",
                hidden_dropout_prob = shape.HiddenDropout,
                attention_probs_dropout_prob = shape.AttentionDropout,
                bos_token_id = 0,
                pad_token_id = shape.PadTokenId,
                eos_token_id = 2,
                torch_dtype = "float16",
            },
            new JsonSerializerOptions { WriteIndented = true }));
    }
}
