using System.CommandLine;
using Microsoft.ML.Lora.Backbones;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>The command that pre-trains a model.</summary>
internal static class TrainingCommand
{
    /// <summary><c>train --corpus DIR --model DIR --state DIR --minutes N [...]</c></summary>
    public static System.CommandLine.Command Create()
    {
        var corpus = new Option<DirectoryInfo>("--corpus") { Description = "What tools/corpus.sh made.", Required = true };
        var model = new Option<DirectoryInfo>("--model") { Description = "The folder that holds the vocabulary and gets the model.", Required = true };
        var state = new Option<DirectoryInfo>("--state") { Description = "Where an interrupted run is kept; the same folder goes on with it.", Required = true };
        var minutes = Number<double>("--minutes", 30, "How long to train, time before interruptions included.");
        var layers = Number("--layers", 4, "Layers of the encoder.");
        var hidden = Number("--hidden", 256, "The hidden size.");
        var heads = Number("--heads", 4, "Attention heads.");
        var intermediate = Number("--intermediate", 1024, "The size between the two halves of a feed-forward layer.");
        var rate = Number("--learning-rate", 1e-3, "The highest learning rate.");
        var tokens = Number("--tokens-per-step", 4096, "Tokens of one step.");
        var seed = Number("--seed", 1, "Decides the start, the order and the masking.");
        var command = new System.CommandLine.Command("train", "Pre-trains a RoBERTa.")
        {
            corpus, model, state, minutes, layers, hidden, heads, intermediate, rate, tokens, seed,
        };
        command.SetAction(arguments => new Pretraining(
            arguments.GetRequiredValue(model).FullName, arguments.GetRequiredValue(corpus).FullName, arguments.GetRequiredValue(state).FullName)
        {
            Duration = TimeSpan.FromMinutes(arguments.GetValue(minutes)),
            LearningRate = arguments.GetValue(rate),
            TokensPerStep = arguments.GetValue(tokens),
            Seed = arguments.GetValue(seed),
            Shape = new EncoderConfiguration
            {
                ModelType = "roberta",
                VocabularySize = 0,
                HiddenSize = arguments.GetValue(hidden),
                Layers = arguments.GetValue(layers),
                Heads = arguments.GetValue(heads),
                IntermediateSize = arguments.GetValue(intermediate),
                MaxPositions = Pretraining.MaxPositions,
            },
        }.Run(Console.Out));
        return command;
    }

    private static Option<T> Number<T>(string name, T otherwise, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
