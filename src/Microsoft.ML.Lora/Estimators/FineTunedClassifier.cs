using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Lora.Training.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora;

/// <summary>A base model with an adapter and a head, and the tokenizer that feeds it: all that it takes to score texts. It owns its weights.</summary>
internal sealed class FineTunedClassifier : IDisposable
{
    private readonly Scorer _scorer;

    private FineTunedClassifier(ResolvedBase resolved, SequenceClassifier model, LoraModel adapter, TextTokenizer tokenizer, int maxLength, Device device)
    {
        Base = resolved;
        (Model, Adapter, Tokenizer) = (model, adapter, tokenizer);
        BaseReference = BaseModelReference.To(resolved);
        MaxLength = Math.Min(maxLength, model.Configuration.MaxLength);
        Device = device;
        _scorer = new Scorer(model, device, Objective());
    }

    /// <summary>The base's files.</summary>
    public ResolvedBase Base { get; }

    /// <summary>Whether a number is learnt instead of a class: the head has one output.</summary>
    public bool IsRegression => Model.Classes == 1;

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
    /// <param name="placement">Where the weights go; null for the CPU.</param>
    public static FineTunedClassifier Create(
        ResolvedBase resolved, LoraConfig config, ModuleSelection? targets, int classes, int maxLength, int seed, Placement? placement = null)
    {
        using var generator = new Generator(unchecked((ulong)seed));
        return Build(resolved, _ => classes, maxLength, generator, placement, (family, model) => LoraModel.Inject(
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
    /// <param name="placement">Where the weights go; null for the CPU.</param>
    /// <exception cref="InvalidDataException">The adapter does not fit the base.</exception>
    public static FineTunedClassifier Load(ResolvedBase resolved, PeftAdapter peft, int maxLength, string source, Placement? placement = null)
    {
        using var generator = new Generator();
        return Build(resolved, configuration => PeftMapping.Classes(peft, source, configuration.HiddenSize), maxLength, generator, placement, (_, model) =>
        {
            var adapter = new LoraModel(model, model.Dropout);
            try
            {
                adapter.Load(LoraModel.DefaultName, peft, source);
                RequireHead(model, adapter, source);
                return adapter;
            }
            catch
            {
                adapter.Dispose();
                throw;
            }
        });
    }

    /// <summary>The adapter's configuration as PEFT writes it.</summary>
    public PeftAdapterConfig PeftConfig() => PeftMapping.ToPeftConfig(
        Adapter, BaseReference.Kind == BaseModelKind.Directory ? BaseReference.Directory! : BaseReference.Id, BaseReference.Revision);

    /// <summary>What is made small in training: cross-entropy, or the squared error where a number is learnt.</summary>
    public TrainingObjective Objective(IReadOnlyList<float>? classWeights = null, double smoothing = 0) =>
        IsRegression ? new RegressionObjective() : new ClassificationObjective(Model.Classes, classWeights, smoothing);

    /// <summary>Lets the only output of a new head begin at a number, so that the first steps need not go to finding it.</summary>
    public void StartAt(float number)
    {
        using var _ = no_grad();
        Adapter.TrainableParameters().Single(each => each.Name.EndsWith(".bias", StringComparison.Ordinal) && each.Parameter.numel() == 1).Parameter.fill_(number);
    }

    /// <summary>The same model read anew in float32 on the CPU, with the adapter as it is now.</summary>
    public FineTunedClassifier ForScoring()
    {
        using var scope = NewDisposeScope();
        using var weights = new MemoryStream();
        SafetensorsWriter.Write(weights, PeftMapping.Tensors(Adapter), SafetensorsWriter.PyTorchMetadata);
        const string name = "the trained adapter";
        using var peft = PeftAdapterDirectory.Read(PeftConfig().ToUtf8(), weights.ToArray(), name);
        return Load(Base, peft, MaxLength, name);
    }

    /// <summary>The scores of each text or pair, in order: class probabilities, or the one number that was learnt.</summary>
    public float[][] Scores(IReadOnlyList<string> sentence1, IReadOnlyList<string?>? sentence2) =>
        _scorer.Scores(Tokenizer.EncodeBatch(sentence1, sentence2, MaxLength));

    public void Dispose()
    {
        Adapter.Dispose();
        Model.Dispose();
    }

    private static FineTunedClassifier Build(
        ResolvedBase resolved, Func<EncoderConfiguration, int> classesOf, int maxLength, Generator generator, Placement? placement,
        Func<EncoderFamily, SequenceClassifier, LoraModel> adapt)
    {
        var (family, configuration) = EncoderFamily.Read(resolved.ConfigPath);
        var classes = classesOf(configuration);
        // Reading a vocabulary takes as long as all else together, so it is done meanwhile.
        var tokenizer = Task.Run(() => ReadTokenizer(resolved, configuration));
        using var checkpoint = resolved.OpenWeights();
        placement ??= new Placement(CPU, TrainingPrecision.Float32);
        var type = placement.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var model = family.CreateClassifier(
            new PlacedWeights(new CheckpointWeights(checkpoint, family.WeightPrefix), placement.Device, type),
            new PlacedWeights(new RandomWeights(generator), placement.Device, ScalarType.Float32),
            configuration,
            classes);
        LoraModel? adapter = null;
        try
        {
            adapter = adapt(family, model);
            return new FineTunedClassifier(resolved, model, adapter, tokenizer.GetAwaiter().GetResult(), maxLength, placement.Device);
        }
        catch
        {
            adapter?.Dispose();
            model.Dispose();
            throw;
        }
    }

    // What the adapter lacks of the head would stay as it was drawn.
    private static void RequireHead(SequenceClassifier model, LoraModel adapter, string source)
    {
        var saved = adapter.SavedParameters.Select(parameter => parameter.Name).ToHashSet();
        var lacking = ModuleTree.Parameters(model).Select(parameter => parameter.Path)
            .FirstOrDefault(path => model.HeadModules.Any(module => path.StartsWith(module + ".", StringComparison.Ordinal)) && !saved.Contains(path));
        if (lacking is not null) throw new InvalidDataException($"{source}: the adapter lacks \"{PeftKeys.Prefix}{lacking}\", a part of the head.");
    }

    private static TextTokenizer ReadTokenizer(ResolvedBase resolved, EncoderConfiguration configuration)
    {
        var tokenizer = TextTokenizer.FromDirectory(resolved.Directory);
        return tokenizer.VocabularySize <= configuration.VocabularySize ? tokenizer : throw new InvalidDataException(
            $"{resolved.Directory}: the tokenizer has {tokenizer.VocabularySize} tokens, but config.json gives the model only {configuration.VocabularySize}.");
    }
}

/// <summary>Where the weights of a model go, and the type of the frozen ones.</summary>
/// <param name="Device">The device.</param>
/// <param name="Precision">The type.</param>
internal sealed record Placement(Device Device, TrainingPrecision Precision);
