namespace Microsoft.ML.Data;

/// <summary>A row whose values are those of an object; setting the object moves the row forward.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly Delegate[] _getters;
    private long _position = -1;
    private TRow _current;

    public ObjectRow(SchemaDefinition definition)
        : this(new ObjectColumns(typeof(TRow), definition, SchemaDefinition.Direction.Read), _ => true)
    {
    }

    public ObjectRow(ObjectColumns columns, Func<int, bool> active)
    {
        Schema = columns.Schema;
        _getters = [.. columns.Schema.Select(column => active(column.Index)
            ? MemberConversion.Getter(columns.Members[column.Index], column.Type, () => _current ?? throw Fail.State(Getters.NoCurrentRow))
            : null)];
    }

    public TRow Current
    {
        set
        {
            _current = value;
            _position++;
        }
    }

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema { get; }

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] != null;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Check.Param(column.Index < _getters.Length && IsColumnActive(column), nameof(column), "requested column not active");
        return Getters.Typed<TValue>(_getters[column.Index], column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

    /// <summary>After the last row nothing may be read any more.</summary>
    public void Clear()
    {
        _current = null;
        _position = -1;
    }
}
