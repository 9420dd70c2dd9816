using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>What the estimator promises of its output before it has seen data.</summary>
internal static class PipelineShape
{
    /// <summary>The input's columns with the score and the predicted label added, or put in the place of columns of the same names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public static SchemaShape WithOutputs(SchemaShape input, LoraFineTuneEstimator.Options options, bool regression)
    {
        var columns = new Dictionary<string, SchemaShape.Column>();
        foreach (var column in input) columns[column.Name] = column;
        CheckText(columns, options.Sentence1ColumnName);
        if (options.Sentence2ColumnName is { } second) CheckText(columns, second);
        if (!columns.TryGetValue(options.LabelColumnName, out var label)) throw SchemaErrors.Missing(columns.Keys, "label", options.LabelColumnName);
        if (regression)
        {
            if (label.Kind != SchemaShape.Column.VectorKind.Scalar || label.IsKey || label.ItemType != NumberDataViewType.Single)
                throw SchemaErrors.Mismatch("label", options.LabelColumnName, "Single", Describe(label));
            columns[options.ScoreColumnName] = MLNetInternals.Column(
                options.ScoreColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false, ScoreAnnotations([]));
            return new SchemaShape(columns.Values);
        }

        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar) throw SchemaErrors.LabelNotKey(options.LabelColumnName, Describe(label));

        var keyValues = label.Annotations.FirstOrDefault(annotation => annotation.Name == "KeyValues");
        SchemaShape.Column[] values = label.Annotations.Any(annotation => annotation.Name == "KeyValues") ? [keyValues] : [];
        columns[options.ScoreColumnName] = MLNetInternals.Column(
            options.ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, ScoreAnnotations(values));
        columns[options.PredictionColumnName] = MLNetInternals.Column(
            options.PredictionColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, new SchemaShape(values));
        return new SchemaShape(columns.Values);
    }

    private static SchemaShape ScoreAnnotations(SchemaShape.Column[] labelValues)
    {
        SchemaShape.Column Text(string name, SchemaShape.Column.VectorKind kind) => MLNetInternals.Column(name, kind, TextDataViewType.Instance, isKey: false);
        List<SchemaShape.Column> annotations =
        [
            MLNetInternals.Column("ScoreColumnSetId", SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
            Text("ScoreColumnKind", SchemaShape.Column.VectorKind.Scalar),
            Text("ScoreValueKind", SchemaShape.Column.VectorKind.Scalar),
        ];
        foreach (var values in labelValues)
        {
            annotations.Add(Text("SlotNames", SchemaShape.Column.VectorKind.Vector));
            annotations.Add(MLNetInternals.Column("TrainingLabelValues", values.Kind, values.ItemType, values.IsKey));
        }

        return new SchemaShape(annotations);
    }

    private static void CheckText(Dictionary<string, SchemaShape.Column> columns, string name)
    {
        if (!columns.TryGetValue(name, out var column)) throw SchemaErrors.Missing(columns.Keys, "text", name);
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType is not TextDataViewType)
            throw SchemaErrors.Mismatch("text", name, "String", Describe(column));
    }

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString();
        return column.Kind == SchemaShape.Column.VectorKind.Scalar ? item! : $"{column.Kind}<{item}>";
    }
}
