using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Keeps the rows without a missing value in some columns.</summary>
internal sealed class MissingValueFilter : IRowFilter
{
    private readonly DataViewSchema.Column[] _columns;

    public MissingValueFilter(DataViewSchema schema, string[] names)
    {
        _columns = [.. names.Select(name => schema.GetColumnOrNull(name) ?? throw Fail.SchemaMismatch("schema", "source", name))];
        foreach (var column in _columns)
        {
            Check.Param(TextParsing.HasMissing((PrimitiveDataViewType)column.Type.ItemType()), nameof(schema),
                $"Column '{column.Name}' has type {column.Type} which does not support missing values, so we cannot filter on missingness");
        }
    }

    public IEnumerable<DataViewSchema.Column> Columns => _columns;

    public bool AllowsShuffle => true;

    public Func<bool> Start(DataViewRowCursor cursor)
    {
        Func<bool>[] missing = [.. _columns.Select(column =>
            Dispatch.Call<Func<bool>>(typeof(MissingValueFilter), nameof(Missing), column.Type.ItemType().RawType, cursor, column))];
        return () => !missing.Any(isMissing => isMissing());
    }

    private static Func<bool> Missing<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType)
        {
            var getter = cursor.GetGetter<T>(column);
            T value = default;
            return () =>
            {
                getter(ref value);
                return ValueOrder.IsMissing(value, column.Type);
            };
        }
        var vectorGetter = cursor.GetGetter<VBuffer<T>>(column);
        VBuffer<T> vector = default;
        return () =>
        {
            vectorGetter(ref vector);
            return vector.DenseValues().Any(value => ValueOrder.IsMissing(value, column.Type.ItemType()));
        };
    }
}
