using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora;

/// <summary>A base model with an adapter and a head, and the tokenizer that feeds it: all that it takes to score texts. It owns its weights.</summary>
internal sealed class FineTunedClassifier : IDisposable
{
    private readonly Scorer _scorer;

    private FineTunedClassifier(ResolvedBase resolved, SequenceClassifier model, LoraModel adapter, TextTokenizer tokenizer, int maxLength)
    {
        (Model, Adapter, Tokenizer) = (model, adapter, tokenizer);
        BaseReference = BaseModelReference.To(resolved);
        MaxLength = Math.Min(maxLength, model.Configuration.MaxLength);
        Device = CPU;
        _scorer = new Scorer(model, Device);
    }

    /// <summary>The base as a saved model refers to it.</summary>
    public BaseModelReference BaseReference { get; }

    /// <summary>The encoder and its head.</summary>
    public SequenceClassifier Model { get; }

    /// <summary>The adapter within the model.</summary>
    public LoraModel Adapter { get; }

    /// <summary>What turns texts into the model's token ids.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>The most tokens a row may have.</summary>
    public int MaxLength { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>A new adapter and a new head on a base.</summary>
    /// <param name="resolved">The base.</param>
    /// <param name="config">What to adapt and how.</param>
    /// <param name="targets">The modules to adapt; null for the family's query and value projections.</param>
    /// <param name="classes">How many classes the head tells apart.</param>
    /// <param name="maxLength">The most tokens a row may have.</param>
    /// <param name="seed">What the new weights are drawn from.</param>
    public static FineTunedClassifier Create(
        ResolvedBase resolved, LoraConfig config, ModuleSelection? targets, int classes, int maxLength, int seed)
    {
        using var generator = new Generator(unchecked((ulong)seed));
        return Build(resolved, classes, maxLength, generator, (family, model) => LoraModel.Inject(
            model,
            config with { TargetModules = targets ?? [.. family.DefaultTargets], ModulesToSave = model.HeadModules },
            model.Dropout,
            generator));
    }

    /// <summary>An adapter and a head out of PEFT's files on a base.</summary>
    /// <param name="resolved">The base.</param>
    /// <param name="peft">The files' content.</param>
    /// <param name="maxLength">The most tokens a row may have.</param>
    /// <param name="source">What errors call the files.</param>
    /// <exception cref="InvalidDataException">The adapter does not fit the base.</exception>
    public static FineTunedClassifier Load(ResolvedBase resolved, PeftAdapter peft, int maxLength, string source)
    {
        using var generator = new Generator();
        return Build(resolved, PeftMapping.Classes(peft, source), maxLength, generator, (_, model) =>
        {
            var adapter = new LoraModel(model, model.Dropout);
            adapter.Load(LoraModel.DefaultName, peft, source);
            return adapter;
        });
    }

    /// <summary>The adapter's configuration as PEFT writes it.</summary>
    public PeftAdapterConfig PeftConfig() => PeftMapping.ToPeftConfig(
        Adapter, BaseReference.Kind == BaseModelKind.Directory ? BaseReference.Directory! : BaseReference.Id, BaseReference.Revision);

    /// <summary>Class probabilities of each text or pair, in order.</summary>
    public float[][] Probabilities(IReadOnlyList<string> sentence1, IReadOnlyList<string?>? sentence2) =>
        _scorer.Probabilities(Tokenizer.EncodeBatch(sentence1, sentence2, MaxLength));

    public void Dispose()
    {
        Adapter.Dispose();
        Model.Dispose();
    }

    private static FineTunedClassifier Build(
        ResolvedBase resolved, int classes, int maxLength, Generator generator, Func<EncoderFamily, SequenceClassifier, LoraModel> adapt)
    {
        var (family, configuration) = EncoderFamily.Read(resolved.ConfigPath);
        var tokenizer = TextTokenizer.FromDirectory(resolved.Directory);
        if (tokenizer.VocabularySize > configuration.VocabularySize)
            throw new InvalidDataException(
                $"{resolved.Directory}: the tokenizer has {tokenizer.VocabularySize} tokens, but config.json gives the model only {configuration.VocabularySize}.");
        using var checkpoint = resolved.OpenWeights();
        var model = family.CreateClassifier(
            new CheckpointWeights(checkpoint, family.WeightPrefix), new RandomWeights(generator), configuration, classes);
        try
        {
            return new FineTunedClassifier(resolved, model, adapt(family, model), tokenizer, maxLength);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
