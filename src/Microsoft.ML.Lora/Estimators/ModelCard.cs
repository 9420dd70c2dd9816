using System.Globalization;
using System.Text;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora;

/// <summary>The README of an adapter on the hub: what it was made from and how, and how it is used.</summary>
internal sealed record ModelCard
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "README.md";

    /// <summary>Stands in every card; a card without it was written by hand.</summary>
    public const string Mark = "<!-- Written by MlNetLora, which replaces this file as long as this line stands in it. -->";

    private const int MostLabels = 200;

    /// <summary>The repository, as owner/name.</summary>
    public required string Id { get; init; }

    /// <summary>The base.</summary>
    public required BaseModelReference Base { get; init; }

    /// <summary>The adapter.</summary>
    public required PeftAdapterConfig Adapter { get; init; }

    /// <summary>How much is trained.</summary>
    public required ParameterSummary Parameters { get; init; }

    /// <summary>The classes, in the order of the head's outputs; null for a model that gives a number.</summary>
    public required LabelValues? Labels { get; init; }

    /// <summary>Whether the model reads pairs of texts.</summary>
    public required bool ReadsPairs { get; init; }

    /// <summary>The most tokens that a row may have.</summary>
    public required int MaxLength { get; init; }

    /// <summary>What the training reported; null for a model that was loaded.</summary>
    public TrainingResult? Training { get; init; }

    /// <summary>The file's content.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(string.Join("\n\n", [Metadata(), Heading(), Classes(), Figures(), Usage()]) + "\n");

    private string Metadata()
    {
        var lines = new List<string> { "---" };
        if (Base.Kind == BaseModelKind.Hub) lines.Add($"base_model: {Base.Id}");
        lines.AddRange(["library_name: peft", "pipeline_tag: text-classification", "tags:"]);
        if (Base.Kind == BaseModelKind.Hub) lines.Add($"- base_model:adapter:{Base.Id}");
        lines.AddRange(["- lora", "- text-classification", "- mlnet", "---", Mark]);
        return string.Join('\n', lines);
    }

    private string Heading()
    {
        var what = ReadsPairs ? "pairs of texts" : "texts";
        var origin = Base.Kind == BaseModelKind.Hub
            ? $"[{Base.Id}](https://huggingface.co/{Base.Id}){(Base.Revision is { } revision ? $", revision `{revision}`" : "")}"
            : $"`{Base.Id}`";
        var purpose = Labels is null ? $"a head that give {what} a number" : $"a classification head that sort {what} into {Labels.Count} classes";
        return $"# {Id}\n\nA LoRA adapter and {purpose}, "
            + $"on the base model {origin}. It was fine-tuned with ML.NET and the library MlNetLora.";
    }

    private string Classes()
    {
        if (Labels is null) return "## Output\n\nOne number, which was trained with the mean squared error.";
        var text = new StringBuilder("## Classes\n\n| output | class |\n|---|---|");
        for (var i = 0; i < Math.Min(Labels.Count, MostLabels); i++)
            text.Append(CultureInfo.InvariantCulture, $"\n| {i} | {(Labels.Names is { } names ? Cell(names[i]) : $"LABEL_{i}")} |");
        if (Labels.Count > MostLabels) text.Append(CultureInfo.InvariantCulture, $"\n| … | {Labels.Count - MostLabels} more |");
        return text.ToString();
    }

    private string Figures()
    {
        var rows = new List<(string Name, FormattableString Value)>
        {
            ("Rank", $"{Adapter.Rank}"),
            ("Alpha", $"{Adapter.Alpha}"),
            ("Trained parameters", $"{Parameters.Trainable:N0} of {Parameters.All:N0} ({100.0 * Parameters.Trainable / Parameters.All:0.##} %)"),
            ("Most tokens of a row", $"{MaxLength}"),
        };
        if (Training is { } training)
            rows.AddRange(
            [
                ("Training rows", $"{training.Rows:N0}"),
                ("Epochs", $"{training.Epochs}"),
                ("Optimiser steps", $"{training.Steps:N0}"),
                ("Training loss, last epoch", $"{training.FinalLoss:0.0000}"),
                ("Training time", $"{training.Elapsed.TotalSeconds:0.0} s"),
            ]);
        var lines = rows.Select(row => $"| {row.Name} | {row.Value.ToString(CultureInfo.InvariantCulture)} |");
        return "## Training\n\n| | |\n|---|---|\n" + string.Join('\n', lines);
    }

    private string Usage()
    {
        // Without the number, Python makes a head of two classes, which no other fits.
        var python = $"In Python, `peft.AutoPeftModelForSequenceClassification.from_pretrained(\"{Id}\", num_labels={Labels?.Count ?? 1})` reads ";
        var where = Base.Kind == BaseModelKind.Hub ? "." : ", with the base model in a directory of its own.";
        if (Labels is null) return $"## Use\n\n{python}this repository's files{where}";
        var labels = Labels.Names is { Count: <= MostLabels } names ? string.Join(", ", names.Select(Literal)) : "/* the classes above, in order */";
        var model = Base.Kind == BaseModelKind.Hub ? $"BaseModel.FromHub({Literal(Base.Id)}{(Base.Revision is { } revision ? $", {Literal(revision)}" : "")})"
            : Base.Kind == BaseModelKind.Bundled ? $"BaseModel.FromBundle({Literal(Base.Id)})"
            : "BaseModel.FromDirectory(\"…\")";
        return "## Use\n\nWith ML.NET, from a directory that holds this repository's files:\n\n```csharp\n"
            + $"var model = mlContext.Model.LoadLoraAdapter(directory, {model},\n    labels: [{labels}]);\n```\n\n"
            + $"{python}the same files{where}";
    }

    /// <summary>A text as the cell of a table: no markup, one line.</summary>
    private static string Cell(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c =>
        char.IsControl(c) ? " " : "\\`*_{}[]()#+-!|<>&~".Contains(c) ? $"\\{c}" : c.ToString()));

    /// <summary>A text as C# writes it.</summary>
    private static string Literal(string text) => "\"" + string.Concat(text.Select(c => c switch
    {
        '"' or '\\' => $"\\{c}",
        '`' => "\\u0060",
        _ when char.IsControl(c) => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    })) + "\"";
}
