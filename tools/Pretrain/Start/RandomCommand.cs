using System.CommandLine;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Pretrain.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Start;

/// <summary>The command that makes a model of the same shape and vocabulary that has learnt nothing, to compare with.</summary>
internal static class RandomCommand
{
    private static readonly string[] Copied = ["vocab.json", "merges.txt"];

    /// <summary><c>random --like DIR --output DIR [--seed N]</c></summary>
    public static System.CommandLine.Command Create()
    {
        var like = new Option<DirectoryInfo>("--like") { Description = "The model whose shape and vocabulary are taken.", Required = true };
        var output = new Option<DirectoryInfo>("--output") { Description = "The folder that gets the model.", Required = true };
        var seed = new Option<int>("--seed") { Description = "Decides the weights.", DefaultValueFactory = _ => 1 };
        var command = new System.CommandLine.Command("random", "Makes a model of the same shape that has learnt nothing: weights as Hugging Face starts them.") { like, output, seed };
        command.SetAction(arguments => Run(arguments.GetRequiredValue(like).FullName, arguments.GetRequiredValue(output).FullName, arguments.GetValue(seed)));
        return command;
    }

    internal static void Run(string like, string output, int seed)
    {
        var (_, shape) = EncoderFamily.Read(Path.Combine(like, "config.json"));
        Directory.CreateDirectory(output);
        foreach (var name in Copied) File.Copy(Path.Combine(like, name), Path.Combine(output, name), overwrite: true);
        using var dropout = new DropoutSource();
        using var generator = new Generator(unchecked((ulong)seed));
        using var model = new PretrainingModel(new RandomWeights(generator), shape, [], dropout);
        PretrainedModel.Write(output, model, shape);
    }
}
