using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>
/// Walks over rows and their scores. It reads some rows ahead, keeps the columns that the consumer asked for, and scores those rows
/// in one go; the first batches are small, so that a consumer who wants few rows does not wait for many.
/// </summary>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private const int FirstRows = 16;
    private const int MostRows = 256;

    private readonly ScoringMapper _mapper;
    private readonly DataViewRowCursor _input;
    private readonly Func<(string, string?)>? _texts;
    private readonly ColumnBuffer?[] _buffers;
    private readonly bool[] _active;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly DataViewRowId[] _ids = new DataViewRowId[MostRows];
    private readonly List<string> _first = new(MostRows);
    private readonly List<string?> _second = new(MostRows);
    private float[][] _scores = [];
    private int _rows;
    private int _index = -1;
    private int _nextRows = FirstRows;
    private long _position = -1;

    public ReadAheadCursor(ScoringMapper mapper, DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        (_mapper, _input) = (mapper, input);
        _inputId = input.GetIdGetter();
        _active = new bool[mapper.OutputSchema.Count];
        _buffers = new ColumnBuffer?[input.Schema.Count];
        foreach (var column in columnsNeeded)
        {
            _active[column.Index] = true;
            if (column.Index < _buffers.Length)
                _buffers[column.Index] = ColumnBuffer.Create(input, input.Schema[column.Index], MostRows);
            else
                _texts ??= mapper.Texts.Reader(input);
        }
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;
    public override long Position => _position;
    public override long Batch => 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override bool MoveNext()
    {
        if (++_index >= _rows && !ReadAhead())
        {
            _position = -1;
            return false;
        }

        _position++;
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!_active[column.Index])
            throw new ArgumentOutOfRangeException(nameof(column), $"The column '{column.Name}' was not asked for when this cursor was made.");
        var getter = column.Index < _buffers.Length
            ? _buffers[column.Index]!.Getter(() => Current)
            : _mapper.Getter(column.Index - _buffers.Length, () => _scores[Current]);
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Current];

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private int Current => _position >= 0
        ? _index
        : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and stop when it returns false.");

    private bool ReadAhead()
    {
        _first.Clear();
        _second.Clear();
        (_rows, _index) = (0, 0);
        while (_rows < _nextRows && _input.MoveNext())
        {
            foreach (var buffer in _buffers) buffer?.Store(_rows);
            _inputId(ref _ids[_rows]);
            if (_texts is not null)
            {
                var (sentence1, sentence2) = _texts();
                _first.Add(sentence1);
                _second.Add(sentence2);
            }

            _rows++;
        }

        _nextRows = Math.Min(MostRows, _nextRows * 4);
        _scores = _first.Count == 0 ? [] : _mapper.Score(_first, _second);
        return _rows > 0;
    }
}
