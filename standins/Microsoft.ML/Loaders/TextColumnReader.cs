namespace Microsoft.ML.Data;

/// <summary>Holds the current row's value of one column.</summary>
internal abstract class TextColumnReader(TextColumn column)
{
    public TextColumn Column => column;

    public abstract Delegate Getter { get; }

    /// <summary>Parses the column's fields; false, with one of them, if some cannot be read.</summary>
    public abstract bool Read(Dictionary<int, ReadOnlyMemory<char>> fields, int fieldCount, out ReadOnlyMemory<char> bad);

    public static TextColumnReader For(TextColumn column, TextFormat format) =>
        Dispatch.Call<TextColumnReader>(typeof(TextColumnReader), nameof(Make), column.ItemType.RawType, column, format);

    private static TextColumnReader Make<T>(TextColumn column, TextFormat format)
    {
        var parser = TextParsing.For<T>(column.ItemType, format);
        return column.Type is VectorDataViewType ? new Vector<T>(column, format, parser) : new Scalar<T>(column, format, parser);
    }

    /// <summary>A field that is not there: the default, or not a number where that was asked for.</summary>
    private static bool Parse<T>(
        Dictionary<int, ReadOnlyMemory<char>> fields, int field, TextFormat format, TextParser<T> parser, out T value,
        ref ReadOnlyMemory<char> bad)
    {
        value = default;
        var found = fields.TryGetValue(field, out var text);
        if (!found && !(format.MissingRealsAsNaNs && (typeof(T) == typeof(float) || typeof(T) == typeof(double))))
            return true;
        if (parser(text, out value))
            return true;
        bad = text;
        return false;
    }

    private sealed class Scalar<T>(TextColumn column, TextFormat format, TextParser<T> parser) : TextColumnReader(column)
    {
        private readonly int _field = column.FieldsOf(0).Single();
        private T _value;

        public override Delegate Getter => (ValueGetter<T>)((ref T value) => value = _value);

        public override bool Read(Dictionary<int, ReadOnlyMemory<char>> fields, int fieldCount, out ReadOnlyMemory<char> bad)
        {
            bad = default;
            return Parse(fields, _field, format, parser, out _value, ref bad);
        }
    }

    private sealed class Vector<T>(TextColumn column, TextFormat format, TextParser<T> parser) : TextColumnReader(column)
    {
        private readonly List<T> _values = [];

        public override Delegate Getter => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            var editor = VBufferEditor.Create(ref value, _values.Count);
            _values.CopyTo(editor.Values);
            value = editor.Commit();
        });

        public override bool Read(Dictionary<int, ReadOnlyMemory<char>> fields, int fieldCount, out ReadOnlyMemory<char> bad)
        {
            bad = default;
            var good = true;
            _values.Clear();
            foreach (var field in Column.FieldsOf(fieldCount))
            {
                good &= Parse(fields, field, format, parser, out var value, ref bad);
                _values.Add(value);
            }
            return good;
        }
    }
}
