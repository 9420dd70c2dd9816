using System.Text.Json;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>What a model zip says beside the adapter and the base reference: columns, classes and the greatest length. One JSON file.</summary>
/// <param name="Columns">What the model reads and writes.</param>
/// <param name="Labels">The classes; null where a number is learnt.</param>
/// <param name="MaxLength">The most tokens a row may have.</param>
/// <param name="Options">What the model was trained with, as text by name; null where that is not known.</param>
internal sealed record SavedModel(ModelColumns Columns, LabelValues? Labels, int MaxLength, IReadOnlyDictionary<string, string>? Options)
{
    /// <summary>The name of the entry in the zip.</summary>
    public const string FileName = "options.json";

    /// <summary>The task of telling classes apart.</summary>
    public const string Classification = "classification";

    /// <summary>The task of learning a number.</summary>
    public const string Regression = "regression";

    /// <summary>The most classes a model may tell apart.</summary>
    public const int MostClasses = PeftMapping.MostClasses;

    private const int MaxBytes = 64 << 20;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The file's content.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            sentence1_column = Columns.Texts.Sentence1,
            sentence2_column = Columns.Texts.Sentence2,
            label_column = Columns.Label,
            score_column = Columns.Score,
            predicted_label_column = Columns.PredictedLabel,
            max_length = MaxLength,
            task = Labels is null ? Regression : Classification,
            classes = Labels?.Count,
            label_type = Labels?.TypeName,
            labels = Labels?.Names,
            training = Options,
        },
        Indented);

    /// <summary>Reads the file's content.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static SavedModel Parse(ReadOnlySpan<byte> utf8, string name)
    {
        var fields = UntrustedJson.Parse(utf8, name, MaxBytes, maxDepth: 8);
        string Column(string field) => fields.Require(fields.String(field), field) is { Length: > 0 } column ? column : throw fields.Wrong(field, "a column's name");
        int Number(string field, int least, int most) =>
            fields.Require(fields.Int(field), field) is var number && number >= least && number <= most ? number : throw fields.Wrong(field, $"from {least} to {most}");
        var texts = new TextColumns(Column("sentence1_column"), fields.String("sentence2_column"));
        var columns = new ModelColumns(texts, Column("label_column"), Column("score_column"), Column("predicted_label_column"));
        var labels = (fields.String("task") ?? Classification) switch
        {
            Classification => LabelValues.FromSaved(
                Number("classes", 2, MostClasses), fields.Require(fields.String("label_type"), "label_type"), fields.Strings("labels")),
            Regression => null,
            _ => throw fields.Wrong("task", $"\"{Classification}\" or \"{Regression}\""),
        };
        var options = fields.Object("training") is { } training
            ? training.All.ToDictionary(option => option.Name, option => training.String(option.Name) ?? "", StringComparer.Ordinal)
            : null;
        return new SavedModel(columns, labels, Number("max_length", 8, int.MaxValue), options);
    }
}
