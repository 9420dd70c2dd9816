using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Benchmarks.Speed;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Scaling;

/// <summary>scaling: how the cost of a token in training changes with the length of rows, rows a step, the rank, and the number of rows.</summary>
internal static class ScalingCommand
{
    private const string OneName = "scaling-one";
    private const int Steps = 4;
    private const int WarmUpSteps = 2;

    private static readonly IReadOnlyList<(string What, int[] Values)> Sweeps =
        [("length", [16, 32, 64, 128, 256, 512]), ("batch", [1, 4, 16, 64]), ("rank", [1, 8, 64]), ("rows", [1000, 4000, 16000, 64000])];

    /// <summary>The command that a user calls.</summary>
    public static System.CommandLine.Command Create()
    {
        var shape = Arguments.Base(Arguments.RobertaBaseShape);
        var small = new Option<string>("--rows-base") { Description = "The base for the sweep over rows, which is long.", DefaultValueFactory = _ => BaseModel.DefaultBundledName };
        var only = new Option<string[]>("--only") { Description = "Sweeps: " + string.Join(", ", Sweeps.Select(sweep => sweep.What)) + ".", AllowMultipleArgumentsPerToken = true };
        var (runs, json) = (Arguments.Number("--runs", "How often each value is measured, in turns; figures are medians.", 1), Arguments.Json());
        var command = new System.CommandLine.Command("scaling", "Measures training as length, batch, rank and rows grow.") { shape, small, only, runs, json };
        command.SetAction(result =>
        {
            var chosen = result.GetValue(only) ?? [];
            ScalingFigure One(string what, int value) => JsonSerializer.Deserialize<ScalingFigure>(Child.Self(
                OneName, what, value.ToString(CultureInfo.InvariantCulture), result.GetRequiredValue(what == "rows" ? small : shape)).Json)!;
            var values = Sweeps.Where(sweep => chosen.Length == 0 || chosen.Contains(sweep.What)).SelectMany(sweep => sweep.Values.Select(value => (sweep.What, Value: value))).ToList();
            var figures = Enumerable.Range(0, result.GetValue(runs)).SelectMany(_ => values.Select(each => One(each.What, each.Value)))
                .GroupBy(each => (each.What, each.Value)).Select(ScalingFigure.Median).ToList();
            string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
            Report.Print(
                ["what grows", "value", "real tokens/s", "share of the product limit", "peak memory, MB", "tokenised text, MB"],
                figures.Select(each => (IReadOnlyList<string>)
                [
                    each.What, Text(each.Value, "N0"), Text(each.TokensPerSecond, "N0"), Text(each.LimitShare, "F2"),
                    Text(each.PeakMegabytes, "N0"), Text(each.TextMegabytes, "F1"),
                ]));
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    /// <summary>The command that the other one calls for each value.</summary>
    public static System.CommandLine.Command CreateOne()
    {
        var (what, value, name) = (new Argument<string>("what"), new Argument<int>("value"), new Argument<string>("base"));
        var command = new System.CommandLine.Command(OneName, "Measures one value and prints its figures as JSON.") { Hidden = true };
        foreach (var argument in (Argument[])[what, value, name]) command.Arguments.Add(argument);
        command.SetAction(result => Console.WriteLine(JsonSerializer.Serialize(
            Measure(result.GetRequiredValue(what), result.GetRequiredValue(value), result.GetRequiredValue(name)))));
        return command;
    }

    private static ScalingFigure Measure(string what, int value, string name)
    {
        var (length, batch, rank) = (what == "length" ? value : 32, what == "batch" ? value : 16, what == "rank" ? value : 8);
        // Lengths of rows as those of short reviews where many are trained on.
        var random = new Random(1);
        var lengths = Enumerable.Range(0, what == "rows" ? value : (Steps + WarmUpSteps) * batch).Select(_ => what == "rows" ? 4 + random.Next(2, 24) : length);
        TokenizedRow[] rows = [.. lengths.Select((count, i) => new TokenizedRow(Text(random, count), i % 2))];
        var steps = what == "rows" ? rows.Length / batch - WarmUpSteps : Steps;
        var measured = Measurements.Train(name, rows, steps, rank, batch);
        return new(what, value, measured.TokensPerSecond, measured.TokensPerSecond / measured.TokenLimit,
            Child.PeakMegabytes(), rows.Sum(row => (long)row.Length) * sizeof(int) / 1e6);
    }

    private static TokenizedText Text(Random random, int length)
    {
        var ids = Enumerable.Range(0, length).Select(_ => random.Next(4, 1000)).ToArray();
        return new TokenizedText(ids, length, false);
    }
}

/// <summary>One value of a sweep.</summary>
/// <param name="What">What grows.</param>
/// <param name="Value">How large it is.</param>
/// <param name="TokensPerSecond">Tokens trained on a second.</param>
/// <param name="LimitShare">Their share of what the measured matrix-product rate would allow.</param>
/// <param name="PeakMegabytes">The process's peak memory.</param>
/// <param name="TextMegabytes">The tokenised rows.</param>
internal sealed record ScalingFigure(string What, int Value, double TokensPerSecond, double LimitShare, double PeakMegabytes, double TextMegabytes)
{
    /// <summary>The medians of figures of the same value.</summary>
    public static ScalingFigure Median(IEnumerable<ScalingFigure> runs)
    {
        var all = runs.ToList();
        return all[0] with
        {
            TokensPerSecond = Pairs.Median(all.Select(each => each.TokensPerSecond)),
            LimitShare = Pairs.Median(all.Select(each => each.LimitShare)),
            PeakMegabytes = Pairs.Median(all.Select(each => each.PeakMegabytes)),
        };
    }
}
