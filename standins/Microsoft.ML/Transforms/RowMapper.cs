namespace Microsoft.ML.Data;

/// <summary>Computes added columns of a row, bound to an input schema.</summary>
internal abstract class RowMapper
{
    /// <summary>The columns added.</summary>
    public abstract IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

    /// <summary>The indices of the input columns that an added column is computed from.</summary>
    public abstract IEnumerable<int> DependenciesOf(int output);

    /// <summary>The getter of an added column.</summary>
    public abstract Delegate MakeGetter(DataViewRow input, int output);
}

/// <summary>An input with the columns of a <see cref="RowMapper"/> added.</summary>
internal sealed class MappedDataView : IDataView, IRowToRowMapper
{
    private readonly IDataView _input;
    private readonly RowMapper _mapper;
    private readonly AppendedColumns _columns;

    public MappedDataView(IDataView input, RowMapper mapper)
    {
        _input = input;
        _mapper = mapper;
        _columns = new AppendedColumns(input.Schema, mapper.Outputs);
    }

    public DataViewSchema Schema => _columns.Schema;

    public DataViewSchema InputSchema => _columns.Input;

    public DataViewSchema OutputSchema => _columns.Schema;

    public bool CanShuffle => _input.CanShuffle;

    public long? GetRowCount() => _input.GetRowCount();

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new bool[InputSchema.Count];
        var active = Getters.Active(Schema, dependingColumns);
        for (var i = 0; i < active.Length; i++)
        {
            if (!active[i])
                continue;
            var (added, index) = _columns.SourceOf(i);
            foreach (var source in added ? _mapper.DependenciesOf(index) : [index])
                needed[source] = true;
        }
        return InputSchema.Where(column => needed[column.Index]);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Check.NotNull(input, nameof(input));
        Check.NotNull(activeColumns, nameof(activeColumns));
        Check.State(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        return new Row(input, this, AddedGetters(input, Getters.Active(Schema, activeColumns)));
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        columnsNeeded = [.. columnsNeeded ?? []];
        var active = Getters.Active(Schema, columnsNeeded);
        var cursor = _input.GetRowCursor(GetDependencies(columnsNeeded), rand);
        return new Cursor(cursor, this, active, AddedGetters(cursor, active));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private Delegate[] AddedGetters(DataViewRow input, bool[] active)
    {
        var getters = new Delegate[_mapper.Outputs.Count];
        for (var i = 0; i < active.Length; i++)
        {
            if (active[i] && _columns.SourceOf(i) is (true, var output))
                getters[output] = _mapper.MakeGetter(input, output);
        }
        return getters;
    }

    private ValueGetter<TValue> GetterOf<TValue>(DataViewRow input, Delegate[] added, DataViewSchema.Column column) =>
        _columns.SourceOf(column.Index) switch
        {
            (true, var output) => Getters.Typed<TValue>(
                added[output] ?? throw new InvalidOperationException($"Column '{column.Name}' is not active"), column),
            (false, var index) => input.GetGetter<TValue>(InputSchema[index]),
        };

    private sealed class Row(DataViewRow input, MappedDataView view, Delegate[] added) : WrappingRow(input)
    {
        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => view._columns.SourceOf(column.Index) switch
        {
            (true, var output) => added[output] != null,
            (false, var index) => Input.IsColumnActive(view.InputSchema[index]),
        };

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => view.GetterOf<TValue>(Input, added, column);
    }

    private sealed class Cursor(DataViewRowCursor input, MappedDataView view, bool[] active, Delegate[] added) : WrappingCursor(input)
    {
        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Check.State(IsColumnActive(column), $"Column '{column.Name}' is not active");
            return view.GetterOf<TValue>(Input, added, column);
        }
    }
}
