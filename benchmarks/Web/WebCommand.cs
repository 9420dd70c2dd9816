using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Lora.Benchmarks.Common;

namespace Microsoft.ML.Lora.Benchmarks.Web;

/// <summary>web: the web sample under load.</summary>
internal static class WebCommand
{
    private const string Reviews = "samples/SentimentLora/Data/reviews-";

    public static System.CommandLine.Command Create()
    {
        var (clients, seconds) = (Arguments.Number("--clients", "Clients that ask at the same time.", 64), Arguments.Number("--seconds", "How long they do.", 60));
        var model = new Option<FileInfo>("--model") { Description = "The model to serve. [default: the bundled base, trained on the sample's reviews for an epoch]" };
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("web", "Puts the web sample under load, after 10 seconds of the same that do not count.") { clients, seconds, model, json };
        command.SetAction(async (result, _) =>
        {
            var figures = await MeasureAsync(result.GetValue(model)?.FullName, result.GetValue(clients), TimeSpan.FromSeconds(result.GetValue(seconds)));
            Print(figures);
            Report.Write(result.GetValue(json), figures);
            return figures.Failed + figures.BadRequestsNotRefused == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<WebFigures> MeasureAsync(string? model, int clients, TimeSpan duration)
    {
        var folder = Directory.CreateTempSubdirectory("mlnetlora-web-");
        try
        {
            if (model is null) Train(model = Path.Combine(folder.FullName, "model.zip"));
            var texts = File.ReadLines(Reviews + "test.tsv").Skip(1).Select(line => line.Split('\t')[0]).ToArray();
            using var server = await WebServerProcess.StartAsync(model);
            await new Load(server, texts, clients, TimeSpan.FromSeconds(10)).RunAsync();
            return await new Load(server, texts, clients, duration).RunAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Train(string path)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromTextFile<Review>(Reviews + "train.tsv", hasHeader: true);
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.LoraTextClassification(sentence1ColumnName: "Text", maxEpochs: 1)).Fit(data);
        ml.Model.Save(model, data.Schema, path);
        model.LastTransformer.Dispose();
    }

    private static void Print(WebFigures figures)
    {
        static string Text(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);
        Report.Print(["figure", "value"],
        [
            ["clients", Text($"{figures.Clients}")],
            ["time", Text($"{figures.Seconds:F1} s")],
            ["requests", Text($"{figures.Requests:N0}")],
            ["requests per second", Text($"{figures.RequestsPerSecond:N0}")],
            ["latency, median", Text($"{figures.P50Milliseconds:F1} ms")],
            ["latency, 99th percentile", Text($"{figures.P99Milliseconds:F1} ms")],
            ["failed requests", Text($"{figures.Failed}")],
            ["malformed, oversized, non-UTF-8 requests", Text($"{figures.BadRequests:N0}")],
            ["of these not answered with a 4xx", Text($"{figures.BadRequestsNotRefused}")],
            ["server's resident memory, first tenth of the time", Text($"{figures.ResidentBytesAtStart / 1e6:F1} MB")],
            ["server's resident memory, last tenth of the time", Text($"{figures.ResidentBytesAtEnd / 1e6:F1} MB")],
        ]);
    }

    private sealed class Review
    {
        [LoadColumn(0)] public string Text { get; set; } = "";
        [LoadColumn(1)] public string Label { get; set; } = "";
    }
}
