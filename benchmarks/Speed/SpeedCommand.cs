using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>
/// speed: training, scoring, latency, start and memory at RoBERTa-base's shape with random weights, each in a process of its own, and the PyTorch + PEFT
/// peer in turns with it where asked to.
/// </summary>
internal static class SpeedCommand
{
    /// <summary>The command that the other one calls for each measurement.</summary>
    public const string OneName = "speed-one";

    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The command that a user calls.</summary>
    public static System.CommandLine.Command Create()
    {
        var data = Arguments.Data("--data", "Rows: a TSV with the columns text and label.", "../shared/data/sst2/train.tsv");
        var tokenizer = new Option<DirectoryInfo>("--tokenizer")
        {
            Description = "A folder with RoBERTa's vocab.json and merges.txt.",
            DefaultValueFactory = _ => new DirectoryInfo("../shared/roberta-tokenizer"),
        };
        var work = new Option<DirectoryInfo>("--work")
        {
            Description = "Where the random base (500 MB) is kept.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "mlnetlora-speed")),
        };
        var peer = new Option<FileInfo?>("--peer") { Description = "The peer's program, peer_lora.py, to run in turns." };
        var python = new Option<string>("--python") { Description = "What runs it.", DefaultValueFactory = _ => "/usr/bin/python3" };
        var (steps, rows) = (Arguments.Number("--steps", "Optimiser steps that are timed.", 30), Arguments.Number("--rows", "Rows that are scored.", 512));
        var pairs = Arguments.Number("--pairs", "How often each part is run.", 5);
        var only = new Option<string[]>("--only") { Description = "Parts: " + string.Join(", ", SpeedPart.All.Select(part => part.Name)) + ".", AllowMultipleArgumentsPerToken = true };
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("speed", "Measures training, scoring, latency, start and memory, beside the PyTorch + PEFT peer with --peer.")
        {
            data, tokenizer, work, peer, python, steps, rows, pairs, only, json,
        };
        command.SetAction(result =>
        {
            var options = new SpeedOptions(
                new Workplace(result.GetRequiredValue(work).FullName), result.GetValue(steps), result.GetValue(rows), result.GetValue(pairs),
                result.GetValue(peer), result.GetRequiredValue(python));
            options.Place.Prepare(result.GetRequiredValue(tokenizer), LabelledTexts.Read(result.GetRequiredValue(data), rows: 4000));
            Run(options, result.GetValue(only) ?? [], result.GetValue(json));
        });
        return command;
    }

    /// <summary>The command for one measurement.</summary>
    public static System.CommandLine.Command CreateOne()
    {
        var (part, folder) = (new Argument<string>("part"), new Argument<string>("folder"));
        var size = new Argument<int>("size") { DefaultValueFactory = _ => 0 };
        var command = new System.CommandLine.Command(OneName, "Runs one measurement and prints its figures as JSON.") { Hidden = true };
        foreach (var argument in (Argument[])[part, folder, size]) command.Arguments.Add(argument);
        command.SetAction(result => Console.WriteLine(JsonSerializer.Serialize(
            One(result.GetRequiredValue(part), new Workplace(result.GetRequiredValue(folder)), result.GetValue(size)), Layout)));
        return command;
    }

    private static Dictionary<string, double> One(string part, Workplace place, int size)
    {
        switch (part)
        {
            case "train":
                return Of(Measurements.Train(place.Base, place.Rows(), size));
            case "train-bfloat16":
                return Of(Measurements.Train(place.Base, place.Rows(), size, precision: TrainingPrecision.BFloat16));
            case "score":
                return Of(Measurements.Score(place.Base, [.. place.Rows().Take(size)]));
            case "latency":
                var latency = Measurements.Latencies(place.Base, [.. place.Rows().Take(size)]);
                return new() { ["mean"] = latency.Mean, ["median"] = latency.Median, ["p99"] = latency.P99, ["peak_megabytes"] = Child.PeakMegabytes() };
            case "save":
                Measurements.SaveModel(place.Base, place.Model);
                return new() { ["zip_megabytes"] = new FileInfo(place.Model).Length / 1e6 };
            case "load":
                return new() { ["score"] = Measurements.FirstPrediction(place.Model), ["peak_megabytes"] = Child.PeakMegabytes() };
            default:
                throw new ArgumentException($"There is no part '{part}'.");
        }
    }

    private static Dictionary<string, double> Of(Throughput throughput) => new()
    {
        ["rows_per_second"] = throughput.RowsPerSecond,
        ["tokens_per_second"] = throughput.TokensPerSecond,
        ["limit_share"] = throughput.TokensPerSecond / throughput.TokenLimit,
        ["peak_megabytes"] = Child.PeakMegabytes(),
    };

    private static void Run(SpeedOptions options, IReadOnlyList<string> only, FileInfo? json)
    {
        var figures = new List<SpeedFigure>();
        foreach (var part in SpeedPart.All.Where(part => only.Count == 0 || only.Contains(part.Name)))
        {
            if (part.Name == "load")
                figures.Add(new("size of the saved model", "MB", Child.Self([OneName, "save", options.Place.Folder]).Json.GetProperty("zip_megabytes").GetDouble()));
            figures.AddRange(part.Measure(options));
        }

        string Text(double? value) => value is { } number ? number.ToString(number < 10 ? "F2" : "F0", CultureInfo.InvariantCulture) : "";
        Console.WriteLine($"RoBERTa-base shape, random weights, {Environment.ProcessorCount} processors, medians of {options.Pairs} runs");
        Report.Print(
            ["figure", "unit", "ours", "peer", "ours / peer", "wanted"],
            figures.Select(each => (IReadOnlyList<string>)[each.Name, each.Unit, Text(each.Ours), Text(each.Peer), Text(each.Ratio), each.Target ?? ""]));
        Report.Write(json, figures);
    }
}
