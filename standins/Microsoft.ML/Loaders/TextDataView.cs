namespace Microsoft.ML.Data;

/// <summary>The rows of text files, read again by each cursor.</summary>
internal sealed class TextDataView(
    IHost host, DataViewSchema schema, TextColumn[] columns, TextFormat format, bool useThreads, IMultiStreamSource files) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = Getters.Active(schema, columnsNeeded);
        return new Cursor(this, [.. columns.Select((column, i) => active[i] ? TextColumnReader.For(column, format) : null)]);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IEnumerable<(string Text, long Number)> Lines() => TextLines.Read(files, format);

    private InvalidOperationException Unreadable(ReadOnlyMemory<char> field, long line, string column) =>
        Fail.State($"Could not parse value {field} in line {line}, column {column}");

    private sealed class Cursor(TextDataView view, TextColumnReader[] readers) : DataViewRowCursor
    {
        private const int MessagesShown = 10;

        private readonly IChannel _channel = view.Host.Start("ParseStats");
        private readonly IEnumerator<(string Text, long Number)> _lines = view.Lines().GetEnumerator();
        private readonly TextFields _splitter = new(view.Format);
        private readonly Dictionary<int, ReadOnlyMemory<char>> _fields = [];
        private long _position = -1;
        private long _rows;
        private long _badValues;
        private bool _disposed;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext()
        {
            if (_disposed)
                return false;
            if (!_lines.MoveNext())
            {
                Dispose();
                return false;
            }
            _position++;
            _rows++;
            Parse(_lines.Current.Text, _lines.Current.Number);
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => readers[column.Index] != null;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
        {
            Check.State(_position >= 0, Getters.NoCurrentRow);
            id = new DataViewRowId((ulong)_position, 0);
        };

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.Param(column.Index < readers.Length && IsColumnActive(column), nameof(column), "requested column not valid.");
            var getter = Getters.Typed<TValue>(readers[column.Index].Getter, column);
            return (ref TValue value) =>
            {
                Check.State(_position >= 0, Getters.NoCurrentRow);
                getter(ref value);
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (_disposed || !disposing)
                return;
            _disposed = true;
            _position = -1;
            _lines.Dispose();
            if (_badValues > 0)
            {
                _channel.Info(
                    MessageSensitivity.Unknown, "Processed {0} rows with {1} bad values and {2} format errors", _rows, _badValues, 0);
            }
            _channel.Dispose();
        }

        private void Report(long line, string column)
        {
            if (++_badValues > MessagesShown)
                return;
            _channel.Info(MessageSensitivity.Schema, "  Bad value at line {0} in column {1}", line, column);
            if (_badValues == MessagesShown)
                _channel.Info(MessageSensitivity.Unknown, "  Suppressing further bad value messages");
        }

        private void Parse(string text, long line)
        {
            var count = _splitter.Split(text.AsMemory(), _fields);
            foreach (var reader in readers)
            {
                if (reader == null || reader.Read(_fields, count, out var bad))
                    continue;
                if (!TextParsing.HasMissing(reader.Column.ItemType))
                    throw view.ParseFailure(view.Unreadable(bad, line, reader.Column.Name));
                Report(line, reader.Column.Name);
            }
        }
    }

    private IHost Host => host;

    private TextFormat Format => format;

    /// <summary>With threads, what fails in one of them comes out as a failure of the whole parse.</summary>
    private Exception ParseFailure(Exception cause) =>
        useThreads ? Fail.Mark(new FormatException($"Parsing failed with an exception: {cause.Message}", cause)) : cause;
}
