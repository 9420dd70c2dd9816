using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Benchmarks.Speed;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Memory;

/// <summary>memory: the most memory that a process takes to score, and to train, on bases of the families' published shapes.</summary>
internal static class MemoryCommand
{
    private const string OneName = "memory-one";
    private const int Length = 128;
    private const int ScoredRows = 64;
    private const int TrainingSteps = 3;
    private const int WarmUpSteps = 2;

    /// <summary>The command that a user calls.</summary>
    public static System.CommandLine.Command Create()
    {
        var bases = new Option<string[]>("--base")
        {
            Description = "Bases at hand; otherwise the bundled one, and published shapes with random weights.",
            AllowMultipleArgumentsPerToken = true,
        };
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("memory", $"Measures the peak memory of scoring {ScoredRows} texts of {Length} tokens, and of training on batches of 16 of them, rank 8.") { bases, json };
        command.SetAction(result =>
        {
            var figures = (result.GetValue(bases) is { Length: > 0 } named ? named.Select(Measure) : Known()).ToList();
            string Gigabytes(double megabytes) => (megabytes * (1 << 20) / 1e9).ToString("F1", CultureInfo.InvariantCulture) + " GB";
            Report.Print(["base", "scoring", "training"], figures.Select(each => (IReadOnlyList<string>)[each.Base, Gigabytes(each.ScoringMegabytes), Gigabytes(each.TrainingMegabytes)]));
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    /// <summary>The command that the other one calls for each figure.</summary>
    public static System.CommandLine.Command CreateOne()
    {
        var (what, name) = (new Argument<string>("what"), new Argument<string>("base"));
        var command = new System.CommandLine.Command(OneName, "Scores or trains, and prints its peak memory as JSON.") { Hidden = true };
        foreach (var argument in (Argument[])[what, name]) command.Arguments.Add(argument);
        command.SetAction(result =>
        {
            var training = result.GetRequiredValue(what) == "train";
            var random = new Random(1);
            var rows = Enumerable.Range(0, training ? (TrainingSteps + WarmUpSteps) * 16 : ScoredRows)
                .Select(i => new TokenizedRow(new TokenizedText([.. Enumerable.Range(0, Length).Select(_ => random.Next(4, 1000))], Length, false), i % 2)).ToList();
            if (training) Measurements.Train(result.GetRequiredValue(name), rows, TrainingSteps);
            else Measurements.Score(result.GetRequiredValue(name), rows);
            Console.WriteLine(JsonSerializer.Serialize(new { peak_megabytes = Child.PeakMegabytes() }));
        });
        return command;
    }

    private static IEnumerable<MemoryFigure> Known()
    {
        yield return Measure(BaseModel.DefaultBundledName);
        foreach (var shape in KnownShape.All)
        {
            var folder = Directory.CreateTempSubdirectory("mlnetlora-memory-");
            try
            {
                shape.Write(folder.FullName, BaseModel.Bundled.Resolve().Directory);
                yield return Measure(folder.FullName) with { Base = shape.Name };
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static MemoryFigure Measure(string name)
    {
        double Peak(string what) => Child.Self(OneName, what, name).Json.GetProperty("peak_megabytes").GetDouble();
        return new(name, Peak("score"), Peak("train"));
    }
}

/// <summary>One base.</summary>
/// <param name="Base">The base's id, name or directory.</param>
/// <param name="ScoringMegabytes">Peak memory of scoring, in units of 2^20 bytes.</param>
/// <param name="TrainingMegabytes">Peak memory of training.</param>
internal sealed record MemoryFigure(string Base, double ScoringMegabytes, double TrainingMegabytes);
