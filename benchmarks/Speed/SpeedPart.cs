using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Common;

namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>A part of the speed command: what our process and the peer's are asked for, and which figures come of it.</summary>
/// <param name="Name">What --only calls it.</param>
/// <param name="Ours">The arguments of speed-one.</param>
/// <param name="Peers">The arguments of the peer.</param>
/// <param name="Figures">Its figures.</param>
internal sealed record SpeedPart(
    string Name, Func<SpeedOptions, IEnumerable<string>> Ours, Func<SpeedOptions, IEnumerable<string>> Peers, IReadOnlyList<SpeedPart.Figure> Figures)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SpeedPart> All { get; } =
    [
        new("train",
            options => [Number(options.Steps)],
            PeerTraining,
            [
                new("training", "rows/s", "rows_per_second", "rows_per_s", "at least 3"),
                new("training", "real tokens/s", "tokens_per_second", "tokens_per_s"),
                new("training, share of the product limit", "", "limit_share", null, "at least 0.6"),
                new("training, peak memory", "MB", "peak_megabytes", "peak_rss_mb", "at most 0.6"),
            ]),
        new("train-bfloat16",
            options => [Number(options.Steps)],
            options => [.. PeerTraining(options), "--dtype", "bfloat16"],
            [
                new("training, both in bfloat16", "rows/s", "rows_per_second", "rows_per_s"),
                new("training, both in bfloat16, peak memory", "MB", "peak_megabytes", "peak_rss_mb"),
            ]),
        new("score",
            options => [Number(options.Rows)],
            options => ["score", "--config", options.Place.Config, "--batch", "32", "--rows", Number(options.Rows)],
            [
                new("scoring in batches", "rows/s", "rows_per_second", "rows_per_s", "at least 2.5"),
                new("scoring in batches", "real tokens/s", "tokens_per_second", "tokens_per_s"),
                new("scoring, share of the product limit", "", "limit_share", null),
                new("scoring, peak memory", "MB", "peak_megabytes", "peak_rss_mb"),
            ]),
        new("latency",
            options => [Number(options.SingleRows)],
            options => ["score", "--config", options.Place.Config, "--batch", "1", "--rows", Number(options.SingleRows)],
            [
                new("one row, mean", "ms", "mean", "ms_per_row", "at most 0.65"),
                new("one row, median", "ms", "median", null),
                new("one row, 99th percentile", "ms", "p99", null),
            ]),
        new("load",
            _ => [],
            options => ["score", "--config", options.Place.Config, "--weights", options.Place.Weights, "--batch", "1", "--rows", "1"],
            [
                new("process start to first prediction", "s", "seconds", "seconds", "at most 0.5"),
                new("the same, peak memory", "MB", "peak_megabytes", "peak_rss_mb"),
            ]),
    ];

    /// <summary>Runs ours, and the peer in turns with it, and gives the medians.</summary>
    public IEnumerable<SpeedFigure> Measure(SpeedOptions options)
    {
        var (ours, peers) = (new List<JsonElement>(), new List<JsonElement>());
        for (var pair = 0; pair < options.Pairs; pair++)
        {
            if (options.Peer is not null && pair % 2 == 1) peers.Add(Peer(options));
            ours.Add(Own(options));
            if (options.Peer is not null && pair % 2 == 0) peers.Add(Peer(options));
        }

        foreach (var figure in Figures)
        {
            double[] own = [.. ours.Select(each => each.GetProperty(figure.Ours).GetDouble())];
            if (figure.Peers is null || peers.Count == 0)
            {
                yield return new(figure.Name, figure.Unit, Pairs.Median(own), Target: figure.Peers is null ? figure.Target : null);
                continue;
            }

            double[] others = [.. peers.Select(each => each.GetProperty(figure.Peers).GetDouble())];
            yield return new(figure.Name, figure.Unit, Pairs.Median(own), Pairs.Median(others), Pairs.Median(own.Zip(others, (a, b) => a / b)), figure.Target);
        }
    }

    private JsonElement Own(SpeedOptions options)
    {
        var (json, seconds) = Child.Self([SpeedCommand.OneName, Name, options.Place.Folder, .. Ours(options)]);
        return With(json, "seconds", seconds);
    }

    private JsonElement Peer(SpeedOptions options)
    {
        var (json, seconds) = Child.Run(options.Python, [options.Peer!.FullName, .. Peers(options), "--data", options.Place.Ids]);
        var timed = With(json, "ms_per_row", 1000 / json.GetProperty("rows_per_s").GetDouble());
        return Name == "load" ? With(timed, "seconds", seconds) : timed;
    }

    private static JsonElement With(JsonElement json, string name, double value)
    {
        var fields = json.EnumerateObject().ToDictionary(each => each.Name, each => each.Value);
        fields[name] = JsonSerializer.SerializeToElement(value);
        return JsonSerializer.SerializeToElement(fields);
    }

    private static IEnumerable<string> PeerTraining(SpeedOptions options) =>
        ["train", "--config", options.Place.Config, "--steps", Number(options.Steps), "--batch", "16", "--rows", Number((options.Steps + 2) * 16)];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A figure by the names under which ours and the peer's processes print it; null where the peer has none.</summary>
    internal sealed record Figure(string Name, string Unit, string Ours, string? Peers, string? Target = null);
}
