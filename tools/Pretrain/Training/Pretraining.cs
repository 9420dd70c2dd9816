using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Pretrain.Start;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Vocabulary;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>
/// Makes a small RoBERTa out of a teacher and pre-trains it for a given time, into a directory that holds its tokenizer already: it guesses hidden tokens,
/// comes close to the teacher's vectors of words and sentences and names labels, all at once. The learning rate rises over the first 2 % of the time and falls linearly to 0 at its end; time counts
/// across interruptions. It runs on the first GPU where there is one.
/// </summary>
/// <param name="modelDirectory">Holds vocab.json and merges.txt; receives config.json and model.safetensors (float16).</param>
/// <param name="corpusDirectory">What tools/corpus.sh made.</param>
/// <param name="stateDirectory">Where an interrupted run is kept.</param>
internal sealed class Pretraining(string modelDirectory, string corpusDirectory, string stateDirectory)
{
    /// <summary>256 tokens, and the two positions that RoBERTa leaves to padding.</summary>
    public const int MaxPositions = 258;

    private const int LongestRow = 96;
    private const double WarmupShare = 0.02;
    private const double ClipNorm = 1;
    private const int SentencesForScale = 400;
    private const double RobertaBaseWidth = 768;
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromMinutes(5);

    public int IntermediateSize { get; init; } = 768;
    public required TimeSpan Duration { get; init; }
    public double LearningRate { get; init; } = 1e-3;
    public int TokensPerStep { get; init; } = 4096;
    public int Seed { get; init; } = 1;

    public void Run(TextWriter log)
    {
        var tokenizer = TextTokenizer.FromDirectory(modelDirectory);
        var text = TrainingText.Read(corpusDirectory, tokenizer, LongestRow);
        log.WriteLine($"{text.Rows.Length:N0} rows, {text.Rows.Sum(row => row.Ids.Length):N0} tokens, vocabulary of {tokenizer.VocabularySize:N0}");
        foreach (var task in text.Tasks) log.WriteLine($"task {task.Name}: {task.Classes.Length} classes");

        var teacher = new SentenceEncoder(Path.Combine(corpusDirectory, "teacher", "sentences"));
        var shape = new EncoderConfiguration
        {
            ModelType = "roberta",
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = (int)teacher.Size,
            Layers = teacher.Layers.Count + 1,
            Heads = SentenceEncoderLayer.Heads,
            IntermediateSize = IntermediateSize,
            MaxPositions = MaxPositions,
            PadTokenId = tokenizer.Special.Pad,
            FirstPosition = tokenizer.Special.Pad + 1,
            HiddenDropout = 0,
        };
        var tokens = BpeVocabulary.ReadTokens(modelDirectory);
        string[] sample = [.. new Random(Seed).GetItems(text.Rows, SentencesForScale).Select(row => row.Text)];
        using var scale = new LessonScale(teacher, sample);
        var device = DeviceChoice.Of(DeviceChoice.Gpus() > 0 ? 0 : null);
        var preparation = new StepPreparation(
            text, teacher, scale, tokenizer.Special, [.. tokens.Select(token => token.StartsWith(BpeVocabulary.Blank))], TokensPerStep, Seed, device);
        using var dropout = new DropoutSource();
        using var generator = new Generator(unchecked((ulong)Seed));
        using var model = new PretrainingModel(new PlacedWeights(new RandomWeights(generator), device, float32), shape with { AttentionDropout = 0 }, text.Tasks, dropout);
        var parameters = model.parameters().ToArray();
        using var optimizer = new AdamW(parameters, lr: 0, beta1: 0.9, beta2: 0.98, eps: 1e-6, weight_decay: 0.01, amsgrad: false, maximize: false);
        var state = new PretrainingState(stateDirectory);
        var (step, before) = (0, 0.0);
        if (state.Exists) (step, before) = state.Load(model, optimizer);
        else
        {
            using var scope = NewDisposeScope();
            model.Inherit(new InheritedWeights(teacher, shape, tokens, sample, generator).Make(scale));
            model.ScaleGuesses(1 / (InheritedWeights.TableDeviation * Math.Sqrt(shape.HiddenSize)));
        }

        log.WriteLine($"{parameters.Sum(p => p.numel()):N0} parameters, {model.Kept.Sum(p => p.Weight.numel()):N0} of them kept, from step {step:N0}");

        var clock = Stopwatch.StartNew();
        double Seconds() => before + clock.Elapsed.TotalSeconds;
        var (reported, saved, meter, epoch) = (clock.Elapsed, clock.Elapsed, new LossMeter(), 0);
        var next = Task.Run(() => preparation.Prepare(step));
        while (Seconds() < Duration.TotalSeconds)
        {
            using (NewDisposeScope())
            using (var prepared = next.Result)
            {
                var following = ++step;
                next = Task.Run(() => preparation.Prepare(following));
                epoch = prepared.Epoch;
                var losses = model.Losses(prepared);
                optimizer.zero_grad();
                losses.Sum().backward();
                nn.utils.clip_grad_norm_(parameters, ClipNorm);
                foreach (var group in optimizer.ParamGroups) group.LearningRate = RateAt(Seconds() / Duration.TotalSeconds);
                optimizer.step();
                meter.Add(losses, prepared.Rows.Sum(row => row.Ids.Length));
            }

            if (clock.Elapsed - reported > BetweenReports)
            {
                log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Seconds() / 60:F1} min  epoch {epoch}  step {step}  {meter.Text((clock.Elapsed - reported).TotalSeconds)}"));
                reported = clock.Elapsed;
            }

            if (clock.Elapsed - saved > BetweenCheckpoints)
            {
                Save();
                saved = clock.Elapsed;
            }
        }

        next.Result.Dispose();
        Save();
        log.WriteLine($"done: {step:N0} steps, {Seconds() / 60:F1} minutes");

        void Save()
        {
            state.Save(model, optimizer, step, Seconds());
            PretrainedModel.Write(modelDirectory, model, shape, RobertaBaseWidth / shape.HiddenSize);
        }
    }

    private double RateAt(double share) => LearningRate * Math.Min(share / WarmupShare, Math.Max(0, 1 - share) / (1 - WarmupShare));
}
