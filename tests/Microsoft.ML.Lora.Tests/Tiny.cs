using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests;

/// <summary>Small models for tests, with weights drawn from a seed.</summary>
internal static class Tiny
{
    public static readonly EncoderConfiguration Configuration = new()
    {
        ModelType = "roberta",
        VocabularySize = 40,
        HiddenSize = 16,
        Layers = 2,
        Heads = 2,
        IntermediateSize = 24,
        MaxPositions = 34,
        FirstPosition = 2,
        HiddenDropout = 0,
        AttentionDropout = 0,
        ClassifierDropout = 0,
    };

    /// <summary>A classifier of the configuration's family.</summary>
    public static SequenceClassifier Classifier(int classes = 3, ulong seed = 1, EncoderConfiguration? configuration = null)
    {
        using var generator = new Generator(seed);
        var weights = new RandomWeights(generator);
        configuration ??= Configuration;
        return EncoderFamily.Of(configuration.ModelType)!.CreateClassifier(weights, weights, configuration, classes);
    }

    public static LoraModel Adapt(SequenceClassifier model, LoraConfig? config = null, ulong seed = 2)
    {
        using var generator = new Generator(seed);
        config ??= new LoraConfig { Rank = 4, Alpha = 8 };
        return LoraModel.Inject(model, config with { ModulesToSave = model.HeadModules }, model.Dropout, generator);
    }

    /// <summary>Gives the weights of every low-rank layer values other than their start.</summary>
    public static void Disturb(LoraModel adapter, ulong seed = 3)
    {
        using var generator = new Generator(seed);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var weights in adapter.Layers.Values.SelectMany(layer => layer.ActiveAdapters))
        {
            foreach (var (name, parameter) in weights.named_parameters())
                if (name != "lora_A" || parameter.abs().max().item<float>() == 0) parameter.add_(empty_like(parameter).normal_(0, 0.3, generator));
        }
    }

    /// <summary>Moves everything that the active adapters train, so that each counts.</summary>
    public static void DisturbAll(LoraModel adapter, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, parameter) in adapter.TrainableParameters()) parameter.add_(empty_like(parameter).normal_(0, 0.3, generator));
    }

    /// <summary>A text of the given tokens, specials included.</summary>
    public static TokenizedText Text(params int[] ids) => new(ids, ids.Length, false);

    /// <summary>Rows of tokens that are no specials, and their mask; null where all rows have the same length.</summary>
    public static TokenBatch Batch(params int[][] rows) => new Microsoft.ML.Lora.Training.Collator(Configuration, CPU).Batch([.. rows.Select(Text)]);
}
