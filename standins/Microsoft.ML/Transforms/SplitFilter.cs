using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>
/// Gives each row a number in [0, 1), at random or by the value of a column, and keeps those inside an interval, or those outside.
/// </summary>
internal sealed class SplitFilter : IRowFilter
{
    private const uint DefaultSeed = 42;

    private readonly DataViewSchema.Column? _column;
    private readonly uint _seed;
    private readonly Func<double, bool> _keeps;

    public SplitFilter(IDataView data, string columnName, int? seed, Func<double, bool> keeps)
    {
        if (columnName != null)
        {
            _column = data.Schema.GetColumnOrNull(columnName)
                ?? throw Fail.SchemaMismatch("samplingKeyColumn", "SamplingKeyColumn", columnName);
        }
        _seed = seed is { } given ? (uint)given : DefaultSeed;
        _keeps = keeps;
    }

    public IEnumerable<DataViewSchema.Column> Columns => _column is { } column ? [column] : [];

    public bool AllowsShuffle => _column != null;

    public Func<bool> Start(DataViewRowCursor cursor)
    {
        if (_column is { } column)
            return Dispatch.Call<Func<bool>>(this, nameof(ByValue), column.Type.RawType, cursor, column);
        var random = new TauswortheRandom(_seed);
        return () => _keeps(random.NextSingle());
    }

    private Func<bool> ByValue<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var getter = cursor.GetGetter<T>(column);
        T value = default;
        if (column.Type is KeyDataViewType key)
        {
            return () =>
            {
                getter(ref value);
                var index = Convert.ToUInt64(value);
                return index > 0 && _keeps((index - 0.5) / key.Count);
            };
        }
        return () =>
        {
            getter(ref value);
            return _keeps(Hash(value.ToString()) / (1d + uint.MaxValue));
        };
    }

    /// <summary>FNV-1a, then mixed so that the high bits depend on all characters.</summary>
    private uint Hash(string text)
    {
        var hash = 2166136261 ^ _seed;
        foreach (var character in text)
            hash = (hash ^ character) * 16777619;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
