using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>The one or two text columns that the model reads.</summary>
/// <param name="Sentence1">The text, or the first of a pair.</param>
/// <param name="Sentence2">The second of a pair; null where there are no pairs.</param>
internal sealed record TextColumns(string Sentence1, string? Sentence2)
{
    /// <summary>The columns in <paramref name="schema"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is missing or no text.</exception>
    public IEnumerable<DataViewSchema.Column> In(DataViewSchema schema)
    {
        yield return Find(schema, Sentence1);
        if (Sentence2 is not null) yield return Find(schema, Sentence2);
    }

    /// <summary>A reader of the texts of the row that <paramref name="row"/> stands on.</summary>
    public Func<(string Sentence1, string? Sentence2)> Reader(DataViewRow row)
    {
        var first = TextReader(row, Sentence1);
        if (Sentence2 is null) return () => (first(), null);
        var second = TextReader(row, Sentence2);
        return () => (first(), second());
    }

    private static Func<string> TextReader(DataViewRow row, string name)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(Find(row.Schema, name));
        return () =>
        {
            ReadOnlyMemory<char> text = default;
            getter(ref text);
            return text.ToString();
        };
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(schema.Select(c => c.Name), "text", name);
        return column.Type is TextDataViewType ? column : throw SchemaErrors.Mismatch("text", name, "String", column.Type.ToString()!);
    }
}
