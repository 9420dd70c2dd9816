using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Benchmarks.Speed;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Gpu;

/// <summary>gpu: one epoch of a training in bfloat16 on a CUDA device, at RoBERTa-base's shape.</summary>
internal static class GpuCommand
{
    private const int SstRows = 67_349;

    public static System.CommandLine.Command Create()
    {
        var work = new Option<DirectoryInfo>("--work")
        {
            Description = "Where `speed` keeps the random base and the rows.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "mlnetlora-speed")),
        };
        var (rows, tokens) = (Arguments.Number("--rows", "Rows of the epoch; those of SST-2's training set by default.", SstRows),
            Arguments.Number("--tokens", "Tokens of a batch, padding included.", 8192));
        var peer = new Option<FileInfo?>("--peer") { Description = "The peer's program, peer_lora.py." };
        var python = new Option<string>("--python") { Description = "What runs it.", DefaultValueFactory = _ => "/usr/bin/python3" };
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("gpu", "Times an epoch in bfloat16 on a CUDA device.") { work, rows, tokens, peer, python, json };
        command.SetAction(result =>
        {
            if (!cuda.is_available()) throw new ArgumentException("There is no CUDA device that libtorch can use.");
            var place = new Workplace(result.GetRequiredValue(work).FullName);
            var (count, budget) = (result.GetValue(rows), result.GetValue(tokens));
            var figures = Measure(place, count, budget);
            if (result.GetValue(peer) is { } program)
            {
                string[] arguments =
                [
                    program.FullName, "train", "--data", place.Ids, "--config", place.Config, "--device", "cuda", "--dtype", "bfloat16", "--length-group",
                    "--batch", "512", "--steps", "100",
                ];
                figures = figures with { PeerTokensPerSecond = Child.Run(result.GetRequiredValue(python), arguments).Json.GetProperty("tokens_per_s").GetDouble() };
            }

            string Text(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? "";
            Report.Print(["figure", "value"],
            [
                ["real tokens/s", Text(figures.TokensPerSecond, "N0")],
                ["share of the measured bfloat16 product rate", Text(figures.LimitShare, "F2")],
                ["seconds for the epoch", Text(figures.EpochSeconds, "F1")],
                ["device memory in use at the end, MB", Text(figures.DeviceMegabytes, "N0")],
                ["real tokens/s of the peer", Text(figures.PeerTokensPerSecond, "N0")],
            ]);
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    private static GpuFigures Measure(Workplace place, int count, int tokensPerBatch)
    {
        var gpu = device("cuda:0");
        var read = place.Rows();
        TokenizedRow[] rows = [.. Enumerable.Range(0, count).Select(i => read[i % read.Count])];
        using var classifier = Classifiers.Open(place.Base, classes: 2, seed: 1, TrainingPrecision.BFloat16, gpu);
        using var generator = new Generator(1);
        var config = new LoraConfig { TargetModules = [.. classifier.Targets], ModulesToSave = classifier.Model.HeadModules };
        using var adapter = LoraModel.Inject(classifier.Model, config, classifier.Model.Dropout, generator);
        var trainer = new Trainer(classifier.Model, adapter, new TrainingOptions { Epochs = 1, MaxTokensPerBatch = tokensPerBatch, Seed = 1 }, gpu);
        var clock = Stopwatch.StartNew();
        trainer.Run(rows, [], null, CancellationToken.None);
        cuda.synchronize(gpu);
        var seconds = clock.Elapsed.TotalSeconds;
        var tokens = trainer.State.SeenTokens / seconds;
        return new(tokens, tokens / Product.TokenLimit(classifier.Model.Configuration, tokensPerBatch, passes: 2, gpu, ScalarType.BFloat16), seconds, DeviceMegabytes());
    }

    // TorchSharp has no way to ask; the driver's tool says what all processes hold.
    private static double? DeviceMegabytes()
    {
        try
        {
            var start = new ProcessStartInfo("nvidia-smi", ["--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"]) { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            return double.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or FormatException)
        {
            return null;
        }
    }
}

/// <summary>An epoch on a GPU.</summary>
/// <param name="TokensPerSecond">Real tokens.</param>
/// <param name="LimitShare">Their share of what the measured bfloat16 product rate would allow.</param>
/// <param name="EpochSeconds">The whole epoch.</param>
/// <param name="DeviceMegabytes">What the driver says is in use at its end; null where it cannot be asked.</param>
/// <param name="PeerTokensPerSecond">The peer's; null where it did not run.</param>
internal sealed record GpuFigures(double TokensPerSecond, double LimitShare, double EpochSeconds, double? DeviceMegabytes, double? PeerTokensPerSecond = null);
