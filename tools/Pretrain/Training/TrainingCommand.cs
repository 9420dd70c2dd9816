using System.CommandLine;

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
        var intermediate = Number("--intermediate", 768, "The size between the two halves of a feed-forward layer.");
        var rate = Number("--learning-rate", 1e-3, "The highest learning rate.");
        var tokens = Number("--tokens-per-step", 4096, "Tokens of one step.");
        var seed = Number("--seed", 1, "Decides the start, the order and the masking.");
        var command = new System.CommandLine.Command("train", "Pre-trains a RoBERTa.")
        {
            corpus, model, state, minutes, intermediate, rate, tokens, seed,
        };
        command.SetAction(arguments => new Pretraining(
            arguments.GetRequiredValue(model).FullName, arguments.GetRequiredValue(corpus).FullName, arguments.GetRequiredValue(state).FullName)
        {
            Duration = TimeSpan.FromMinutes(arguments.GetValue(minutes)),
            LearningRate = arguments.GetValue(rate),
            TokensPerStep = arguments.GetValue(tokens),
            Seed = arguments.GetValue(seed),
            IntermediateSize = arguments.GetValue(intermediate),
        }.Run(Console.Out));
        return command;
    }

    private static Option<T> Number<T>(string name, T otherwise, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
