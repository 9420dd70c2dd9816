using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>The labelled texts of a data view.</summary>
/// <param name="Sentence1">Each row's text, or first text.</param>
/// <param name="Sentence2">Each row's second text; null where there are no pairs.</param>
/// <param name="Labels">Each row's class, from 0; 0 where a number is learnt.</param>
/// <param name="Targets">The number to learn; 0 where a class is learnt.</param>
internal sealed record TrainingRows(List<string> Sentence1, List<string>? Sentence2, List<int> Labels, List<float> Targets)
{
    /// <summary>Reads the rows; those whose label is missing are skipped and counted in the log.</summary>
    /// <param name="data">What to read.</param>
    /// <param name="texts">The text columns.</param>
    /// <param name="label">The name of the label column: a key or, where a number is learnt, a Single.</param>
    /// <param name="channel">Where the log goes.</param>
    /// <param name="what">What the log calls the data.</param>
    public static TrainingRows Read(IDataView data, TextColumns texts, string label, IChannel channel, string what)
    {
        var labelColumn = data.Schema.GetColumnOrNull(label) ?? throw SchemaErrors.Missing(data.Schema.Select(c => c.Name), "label", label);
        var rows = new TrainingRows([], texts.Sentence2 is null ? null : [], [], []);
        var skipped = 0L;
        using var cursor = data.GetRowCursor([labelColumn, .. texts.In(data.Schema)]);
        var readLabel = labelColumn.Type is KeyDataViewType ? ClassReader(cursor, labelColumn) : NumberReader(cursor, labelColumn);
        var readTexts = texts.Reader(cursor);
        while (cursor.MoveNext())
        {
            if (readLabel() is not { } found)
            {
                skipped++;
                continue;
            }

            var (sentence1, sentence2) = readTexts();
            rows.Sentence1.Add(sentence1);
            rows.Sentence2?.Add(sentence2!);
            rows.Labels.Add(found.Label);
            rows.Targets.Add(found.Target);
        }

        if (skipped > 0) channel.Warning(MessageSensitivity.None, "Skipped {0} rows of the {1} whose label '{2}' is missing.", skipped, what, label);
        return rows;
    }

    /// <summary>The label column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or no key, or has fewer than two classes or too many.</exception>
    public static DataViewSchema.Column LabelColumn(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(schema.Select(c => c.Name), "label", name);
        if (column.Type is not KeyDataViewType key) throw SchemaErrors.LabelNotKey(name, column.Type.ToString()!);
        if (key.Count < 2)
            throw new ArgumentOutOfRangeException(SchemaErrors.Parameter, $"The label column '{name}' has {key.Count} class; telling classes apart takes at least two.");
        if (key.Count > SavedModel.MostClasses)
            throw new ArgumentOutOfRangeException(SchemaErrors.Parameter,
                $"The label column '{name}' is a key with {key.Count} values, but a model tells at most {SavedModel.MostClasses} classes apart; map the labels with MapValueToKey, which counts those that occur.");
        return column;
    }

    /// <summary>The label column where a number is learnt.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or no Single.</exception>
    public static DataViewSchema.Column TargetColumn(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(schema.Select(c => c.Name), "label", name);
        return column.Type == NumberDataViewType.Single ? column : throw SchemaErrors.Mismatch("label", name, "Single", column.Type.ToString()!);
    }

    /// <summary>The rows of the given indices.</summary>
    public TrainingRows Pick(IReadOnlyList<int> indices) => new(
        [.. indices.Select(i => Sentence1[i])],
        Sentence2 is null ? null : [.. indices.Select(i => Sentence2[i])],
        [.. indices.Select(i => Labels[i])],
        [.. indices.Select(i => Targets[i])]);

    // A key of 0 and a number that is none are missing labels.
    private static Func<(int Label, float Target)?> ClassReader(DataViewRow row, DataViewSchema.Column column)
    {
        var read = KeyReader(row, column);
        return () => read() is var key and > 0 ? (checked((int)(key - 1)), 0f) : null;
    }

    private static Func<(int Label, float Target)?> NumberReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<float>(column);
        return () =>
        {
            var number = float.NaN;
            getter(ref number);
            return float.IsFinite(number) ? (0, number) : null;
        };
    }

    private static Func<ulong> KeyReader(DataViewRow row, DataViewSchema.Column column)
    {
        Func<ulong> Read<T>(Func<T, ulong> widen)
        {
            var getter = row.GetGetter<T>(column);
            return () =>
            {
                T key = default!;
                getter(ref key);
                return widen(key);
            };
        }

        return Type.GetTypeCode(column.Type.RawType) switch
        {
            TypeCode.Byte => Read<byte>(key => key),
            TypeCode.UInt16 => Read<ushort>(key => key),
            TypeCode.UInt64 => Read<ulong>(key => key),
            _ => Read<uint>(key => key),
        };
    }
}
