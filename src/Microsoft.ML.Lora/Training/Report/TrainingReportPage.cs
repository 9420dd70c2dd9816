using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.Lora.Training.Report;

/// <summary>A report as one HTML page that needs nothing beside it: no script, no font, no picture.</summary>
internal static class TrainingReportPage
{
    private const string Style = """
        :root{--ink:#1c2530;--soft:#5d6b7a;--rule:#dde3ea;--paper:#fff;--ground:#f4f6f9;--blue:#2563c9;--orange:#d9730d;--green:#1f8a5b;--violet:#7c4dcc;--right:31,138,91;--wrong:217,88,60}
        @media (prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#9aa8b7;--rule:#313b47;--paper:#1b222b;--ground:#12171d;--blue:#6aa2ff;--orange:#f0a04b;--green:#58c492;--violet:#b193f5;--right:64,170,120;--wrong:220,100,75}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:1080px;margin:0 auto;padding:32px 20px 48px}
        h1{font-size:24px;margin:0 0 4px}h2{font-size:16px;margin:0 0 12px}
        .sub,.note{color:var(--soft);margin:0 0 20px}.note{margin:12px 0 0;font-size:13px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:12px;margin-bottom:16px}
        .tile,section{background:var(--paper);border:1px solid var(--rule);border-radius:10px;padding:16px 18px}
        .tile b{display:block;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:13px}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:16px;margin-bottom:16px}
        .charts section{min-width:0}
        svg{width:100%;height:auto;display:block}
        .grid{stroke:var(--rule);stroke-width:1}.tick{fill:var(--soft);font-size:12px}.best{stroke:var(--soft);stroke-dasharray:4 4}
        .line{fill:none;stroke-width:2;stroke-linejoin:round}.line.faint{stroke-width:1.2;opacity:.75}
        .blue{stroke:var(--blue)}.orange{stroke:var(--orange)}.green{stroke:var(--green)}.violet{stroke:var(--violet)}
        .dot{stroke:var(--paper);stroke-width:1.5}.dot.blue{fill:var(--blue)}.dot.orange{fill:var(--orange)}.dot.green{fill:var(--green)}.dot.violet{fill:var(--violet)}
        .legend{display:flex;flex-wrap:wrap;gap:4px 18px;color:var(--soft);font-size:13px;margin-bottom:8px}
        .legend i{display:inline-block;width:18px;height:0;border-top:3px solid;vertical-align:middle;margin-right:6px}
        .legend .blue{border-color:var(--blue)}.legend .orange{border-color:var(--orange)}.legend .green{border-color:var(--green)}.legend .violet{border-color:var(--violet)}.legend .kept{width:0;height:14px;border-top:0;border-left:2px dashed var(--soft);margin:0 8px}
        .scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
        .confusion th,.confusion td{padding:6px 12px;text-align:right;border:1px solid var(--rule);font-weight:400}
        .confusion th{color:var(--soft);font-size:13px}.confusion thead th:first-child,.confusion th[scope=row]{text-align:left}
        td.right{background:color-mix(in srgb,rgb(var(--right)) calc(var(--share)*.6),transparent)}
        td.wrong{background:color-mix(in srgb,rgb(var(--wrong)) calc(var(--share)*.8),transparent)}
        .options{columns:2;column-gap:32px}.options div{display:flex;justify-content:space-between;gap:16px;break-inside:avoid;border-bottom:1px solid var(--rule);padding:5px 0}
        .options span:first-child{color:var(--soft)}.options span:last-child{text-align:right;overflow-wrap:anywhere}
        @media (max-width:640px){.options{columns:1}}
        """;

    /// <summary>The page.</summary>
    public static string Of(TrainingReport report)
    {
        var result = report.Result;
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Text(report.Title)}</title><style>{Style}</style></head><body><main>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>Training report</h1><p class=\"sub\">{Text(report.Title)}. {Text(Ending(result))}</p>");
        html.Append("<div class=\"tiles\">");
        foreach (var (value, name) in Tiles(report)) html.Append(CultureInfo.InvariantCulture, $"<div class=\"tile\"><b>{Text(value)}</b><span>{Text(name)}</span></div>");
        html.Append("</div><div class=\"charts\">");
        foreach (var (title, lines) in Charts(report.History)) AppendChart(html, title, lines, result);
        if (result.BestValidation?.Confusion is { } confusion)
        {
            var style = confusion.Count > 5 ? " style=\"grid-column:1/-1\"" : "";
            html.Append(CultureInfo.InvariantCulture, $"<section{style}><h2>Confusion matrix of the validation set</h2>{ConfusionTable.Of(confusion, report.Labels)}</section>");
        }

        html.Append("</div><section class=\"wide\"><h2>Configuration</h2><div class=\"options\">");
        foreach (var (name, value) in report.Options)
            html.Append(CultureInfo.InvariantCulture, $"<div><span>{Text(name)}</span><span>{(value.Length == 0 ? "–" : Text(value))}</span></div>");
        return html.Append("</div></section></main></body></html>\n").ToString();
    }

    private static IEnumerable<(string Title, IReadOnlyList<ChartLine> Lines)> Charts(TrainingHistory history)
    {
        var losses = history.Losses;
        var validations = history.Validations;
        IReadOnlyList<(double, double)> Of(Func<ValidationMetrics, double> value) => [.. validations.Select(point => ((double)point.Step, value(point.Metrics)))];
        var loss = new List<ChartLine>();
        if (losses.Count > 0) loss.Add(new("training", "blue", Smooth([.. losses.Select(point => ((double)point.Step, point.Loss))])));
        if (validations.Count > 0) loss.Add(new("validation", "orange", Of(metrics => metrics.Loss), Marked: true));
        if (loss.Count > 0) yield return ("Loss", loss);

        ChartLine[] metrics =
        [
            new("accuracy", "green", Of(each => each.Accuracy), Marked: true),
            new("macro F1", "violet", Of(each => each.MacroF1), Marked: true),
            new("Matthews", "orange", Of(each => each.MatthewsCorrelation), Marked: true),
            new("Pearson", "green", Of(each => each.PearsonCorrelation), Marked: true),
        ];
        ChartLine[] known = [.. metrics.Where(line => line.Points.Any(point => double.IsFinite(point.Y)))];
        if (known.Length > 0) yield return ("Validation metrics", known);
        if (losses.Count > 0) yield return ("Learning rate", [new("learning rate", "blue", [.. losses.Select(point => ((double)point.Step, point.LearningRate))])]);
    }

    /// <summary>A running mean over a fiftieth of the points: single batches say little.</summary>
    private static List<(double X, double Y)> Smooth(IReadOnlyList<(double X, double Y)> points)
    {
        var half = points.Count / 100;
        return [.. points.Select((point, i) =>
        {
            var (from, to) = (Math.Max(0, i - half), Math.Min(points.Count - 1, i + half));
            return (point.X, Enumerable.Range(from, to - from + 1).Average(j => points[j].Y));
        })];
    }

    private static void AppendChart(StringBuilder html, string title, IReadOnlyList<ChartLine> lines, TrainingResult result)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section><h2>{Text(title)} by step</h2>");
        html.Append("<div class=\"legend\">");
        foreach (var line in lines) html.Append(CultureInfo.InvariantCulture, $"<span><i class=\"{line.Color}\"></i>{Text(line.Name)}</span>");
        if (result.BestValidation is not null) html.Append("<span><i class=\"kept\"></i>the weights that are kept</span>");
        html.Append("</div>");
        html.Append(LineChart.Of(title, lines, result.BestValidation is null ? null : result.BestStep)).Append("</section>");
    }

    private static IEnumerable<(string Value, string Name)> Tiles(TrainingReport report)
    {
        var result = report.Result;
        static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        if (result.BestValidation is { } best)
        {
            if (double.IsFinite(best.Accuracy)) yield return (Format(best.Accuracy * 100, "0.0") + " %", "validation accuracy");
            if (double.IsFinite(best.MacroF1)) yield return (Format(best.MacroF1, "0.000"), "validation macro F1");
            if (double.IsFinite(best.PearsonCorrelation)) yield return (Format(best.PearsonCorrelation, "0.000"), "validation correlation");
            yield return (Format(best.Loss, "0.0000"), "validation loss");
        }

        yield return (Format(result.FinalLoss, "0.0000"), "training loss, last epoch");
        yield return (Format(result.Rows, "N0"), "training rows");
        yield return (Format(result.Steps, "N0"), "steps");
        yield return (result.Elapsed.ToString(result.Elapsed.TotalHours < 1 ? @"m\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture), "time");
        yield return (Format(report.Parameters.Trainable, "N0"), $"trained of {Format(report.Parameters.All, "N0")} parameters ({Format(100.0 * report.Parameters.Trainable / report.Parameters.All, "0.##")} %)");
    }

    private static string Ending(TrainingResult result) => result.End switch
    {
        TrainingEnd.StoppedEarly => $"Stopped early after step {result.Steps}; the weights are those of step {result.BestStep}.",
        TrainingEnd.Cancelled => $"Cancelled after step {result.Steps}; the weights are those of step {result.BestStep}.",
        _ when result.BestValidation is not null && result.BestStep != result.Steps => $"All epochs done; the weights are those of step {result.BestStep}, which validated best.",
        _ => "All epochs done.",
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
