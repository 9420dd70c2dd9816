using Microsoft.ML.Data;
using Spectre.Console;

namespace SentimentLoraSample;

/// <summary>The tables that a run ends with.</summary>
internal static class Report
{
    private const int LargestMatrix = 10;
    private const int LongestText = 120;

    public static void Metrics(IAnsiConsole console, TrainingSummary summary, ConfusionMatrix matrix)
    {
        var table = NewTable("Figures").HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        table.AddRow("Accuracy (micro)", $"{summary.MicroAccuracy:0.0000}");
        table.AddRow("Accuracy (mean over the classes)", $"{summary.MacroAccuracy:0.0000}");
        table.AddRow("Log-loss", $"{summary.LogLoss:0.0000}");
        table.AddRow("Rows evaluated", $"{matrix.Counts.Sum(counts => counts.Sum()):N0}");
        table.AddRow("Training loss, last epoch", $"{summary.FinalTrainLoss:0.0000}");
        table.AddRow("Training", $"{summary.TrainSeconds:0.0} s, {summary.TrainRowsPerSecond:0} rows/s");
        table.AddRow("Scoring", $"{summary.ScoreRowsPerSecond:0} rows/s");
        table.AddRow("Trained parameters", $"{summary.TrainableParameters:N0} of {summary.AllParameters:N0} ({100.0 * summary.TrainableParameters / summary.AllParameters:0.00} %)");
        console.Write(table);
    }

    public static void Confusion(IAnsiConsole console, ConfusionMatrix matrix, IReadOnlyList<string> labels)
    {
        if (matrix.NumberOfClasses <= LargestMatrix) WriteMatrix(console, matrix, labels);
        else WriteWorst(console, matrix, labels);
    }

    public static void Sizes(IAnsiConsole console, string zip, TrainingSummary summary)
    {
        var table = NewTable("Size").HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        table.AddRow("The model's zip", Bytes(summary.ModelZipBytes));
        table.AddRow("The base model, which it refers to", Bytes(summary.BaseBytes));
        console.Write(table);
        console.WriteLine($"Saved as {zip}");
        console.WriteLine();
    }

    public static void Predictions(IAnsiConsole console, IEnumerable<SentimentLora.ModelInput> inputs)
    {
        var table = NewTable("Predictions of the saved model").AddColumn("Text").AddColumn("Prediction").AddColumn(new TableColumn("Probability").RightAligned());
        foreach (var input in inputs)
        {
            var text = input.Text2.Length == 0 ? input.Text : $"{input.Text} | {input.Text2}";
            var best = SentimentLora.PredictAllLabels(input).First();
            table.AddRow(new Text(text.Length <= LongestText ? text : text[..LongestText] + "…"), new Text(best.Key), new Text($"{best.Value:0.000}"));
        }
        console.Write(table);
    }

    private static void WriteMatrix(IAnsiConsole console, ConfusionMatrix matrix, IReadOnlyList<string> labels)
    {
        var table = NewTable("Confusion matrix").AddColumn("Actual").AddColumns([.. labels.Select(label => new TableColumn($"→ {Markup.Escape(label)}").RightAligned())])
            .AddColumn(new TableColumn("Recall").RightAligned());
        for (var actual = 0; actual < matrix.NumberOfClasses; actual++)
        {
            var counts = matrix.Counts[actual].Select((count, predicted) => actual == predicted ? $"[bold green]{count:0}[/]" : $"{count:0}");
            table.AddRow([Markup.Escape(labels[actual]), .. counts, $"{matrix.PerClassRecall[actual]:0.000}"]);
        }
        table.AddRow(["Precision", .. matrix.PerClassPrecision.Select(precision => $"{precision:0.000}"), ""]);
        console.Write(table);
    }

    private static void WriteWorst(IAnsiConsole console, ConfusionMatrix matrix, IReadOnlyList<string> labels)
    {
        var mistakes = from actual in Enumerable.Range(0, matrix.NumberOfClasses)
                       from predicted in Enumerable.Range(0, matrix.NumberOfClasses)
                       let count = matrix.Counts[actual][predicted]
                       where actual != predicted && count > 0
                       orderby count descending
                       select (actual, predicted, count);
        var table = NewTable($"Most frequent mistakes, of {matrix.NumberOfClasses} classes").AddColumn("Actual").AddColumn("Predicted").AddColumn(new TableColumn("Rows").RightAligned());
        foreach (var (actual, predicted, count) in mistakes.Take(LargestMatrix))
            table.AddRow(new Text(labels[actual]), new Text(labels[predicted]), new Text($"{count:0}"));
        console.Write(table);
    }

    private static Table NewTable(string title) => new Table().Title(new TableTitle(title, new Style(decoration: Decoration.Bold))).RoundedBorder();

    private static string Bytes(long bytes) => bytes >= 1_000_000 ? $"{bytes / 1e6:0.0} MB" : $"{bytes / 1e3:0.0} kB";
}
