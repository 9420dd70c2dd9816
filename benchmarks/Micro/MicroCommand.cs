using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace Microsoft.ML.Lora.Benchmarks.Micro;

/// <summary>micro: single pieces under BenchmarkDotNet, in this process, so that it is the same build that is measured.</summary>
internal static class MicroCommand
{
    public static System.CommandLine.Command Create()
    {
        var tokenizer = new Option<DirectoryInfo>("--tokenizer")
        {
            Description = "A folder with RoBERTa's vocab.json and merges.txt.",
            DefaultValueFactory = _ => new DirectoryInfo("../shared/roberta-tokenizer"),
        };
        var command = new System.CommandLine.Command("micro", "Measures a LoRA layer, the tokenizer and reading safetensors with BenchmarkDotNet.") { tokenizer };
        command.SetAction(result =>
        {
            TokenizerBenchmark.Folder = result.GetRequiredValue(tokenizer).FullName;
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance))
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddLogger(ConsoleLogger.Default)
                .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "mlnetlora-micro"));
            BenchmarkRunner.Run([typeof(LayerBenchmark), typeof(TokenizerBenchmark), typeof(SafetensorsBenchmark)], config);
        });
        return command;
    }
}
