using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>The labelled texts of a data view.</summary>
/// <param name="Sentence1">Each row's text, or first text.</param>
/// <param name="Sentence2">Each row's second text; null where there are no pairs.</param>
/// <param name="Labels">Each row's class, from 0.</param>
internal sealed record TrainingRows(List<string> Sentence1, List<string>? Sentence2, List<int> Labels)
{
    /// <summary>Reads the rows; those whose label is missing are skipped and counted in the log.</summary>
    /// <param name="data">What to read.</param>
    /// <param name="texts">The text columns.</param>
    /// <param name="label">The name of the label column, which must be a key.</param>
    /// <param name="channel">Where the log goes.</param>
    /// <param name="what">What the log calls the data.</param>
    public static TrainingRows Read(IDataView data, TextColumns texts, string label, IChannel channel, string what)
    {
        var labelColumn = LabelColumn(data.Schema, label);
        var rows = new TrainingRows([], texts.Sentence2 is null ? null : [], []);
        var skipped = 0L;
        using var cursor = data.GetRowCursor([labelColumn, .. texts.In(data.Schema)]);
        var readKey = KeyReader(cursor, labelColumn);
        var readTexts = texts.Reader(cursor);
        while (cursor.MoveNext())
        {
            var key = readKey();
            if (key == 0)
            {
                skipped++;
                continue;
            }

            var (sentence1, sentence2) = readTexts();
            rows.Sentence1.Add(sentence1);
            rows.Sentence2?.Add(sentence2!);
            rows.Labels.Add(checked((int)(key - 1)));
        }

        if (skipped > 0) channel.Warning(MessageSensitivity.None, "Skipped {0} rows of the {1} whose label '{2}' is missing.", skipped, what, label);
        return rows;
    }

    /// <summary>The label column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or no key, or has fewer than two classes.</exception>
    public static DataViewSchema.Column LabelColumn(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(schema.Select(c => c.Name), "label", name);
        if (column.Type is not KeyDataViewType key) throw SchemaErrors.LabelNotKey(name, column.Type.ToString()!);
        if (key.Count < 2)
            throw new ArgumentOutOfRangeException("inputSchema", $"The label column '{name}' has {key.Count} class; telling classes apart takes at least two.");
        return column;
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
