using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Methods;
using Microsoft.ML.Lora.Benchmarks.Common;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Compare;

/// <summary>A way of fine-tuning as the table compares it, with a learning rate that suits it.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Apply">Puts it to a base.</param>
internal sealed record Method(string Name, double LearningRate, Func<Classifiers, Generator, IFineTuningMethod> Apply)
{
    private const int BottleneckSize = 16;

    /// <summary>All of them, in the order of the table.</summary>
    public static IReadOnlyList<Method> All { get; } =
    [
        new("LoRA", 5e-4, (classifier, generator) => Lora(classifier, generator, new LoraConfig())),
        new("DoRA", 5e-4, (classifier, generator) => Lora(classifier, generator, new LoraConfig { UseDora = true })),
        new("BitFit", 2e-3, (classifier, _) => TrainedInPlace.BitFit(classifier.Model, classifier.Model.HeadModules)),
        new("Houlsby", 1e-3, (classifier, generator) => new HoulsbyAdapters(classifier.Model, BottleneckSize, classifier.Model.HeadModules, generator)),
        new("head only", 2e-3, (classifier, _) => TrainedInPlace.HeadOnly(classifier.Model, classifier.Model.HeadModules)),
        new("full", 1e-4, (classifier, _) => TrainedInPlace.Full(classifier.Model)),
    ];

    private static LoraModel Lora(Classifiers classifier, Generator generator, LoraConfig config) => LoraModel.Inject(
        classifier.Model, config with { TargetModules = [.. classifier.Targets], ModulesToSave = classifier.Model.HeadModules }, classifier.Model.Dropout, generator);
}
