using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Common;

/// <summary>A base under a new head, and its tokenizer where it has one.</summary>
internal sealed record Classifiers(SequenceClassifier Model, TextTokenizer? Tokenizer, IReadOnlyList<string> Targets) : IDisposable
{
    private static readonly EncoderConfiguration RobertaBase = new()
    {
        ModelType = "roberta",
        VocabularySize = 50265,
        HiddenSize = 768,
        Layers = 12,
        Heads = 12,
        IntermediateSize = 3072,
        MaxPositions = 514,
        FirstPosition = 2,
    };

    /// <summary>Opens a base.</summary>
    /// <param name="name">As on the command line; see <see cref="Arguments.Base"/>.</param>
    /// <param name="classes">How many classes the head tells apart.</param>
    /// <param name="seed">Decides the start of the head.</param>
    /// <param name="precision">The type of the base's weights.</param>
    /// <param name="device">Where they go; null for the CPU.</param>
    public static Classifiers Open(string name, int classes, int seed, TrainingPrecision precision = TrainingPrecision.Float32, Device? device = null)
    {
        using var generator = new Generator((ulong)seed);
        var random = new RandomWeights(generator);
        WeightSource Placed(WeightSource source) =>
            new PlacedWeights(source, device ?? CPU, precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        var head = new PlacedWeights(random, device ?? CPU, ScalarType.Float32);
        if (name == Arguments.RobertaBaseShape)
        {
            var family = EncoderFamily.Of(RobertaBase.ModelType)!;
            return new(family.CreateClassifier(Placed(random), head, RobertaBase, classes), null, family.DefaultTargets);
        }

        var resolved = BaseModel.Parse(name).Resolve();
        var (found, configuration) = EncoderFamily.Read(resolved.ConfigPath);
        using var checkpoint = resolved.OpenWeights();
        var model = found.CreateClassifier(Placed(new CheckpointWeights(checkpoint, found.WeightPrefix)), head, configuration, classes);
        return new(model, TextTokenizer.FromDirectory(resolved.Directory), found.DefaultTargets);
    }

    public void Dispose() => Model.Dispose();
}
