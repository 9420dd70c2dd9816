namespace Microsoft.ML.Data;

/// <summary>Stores the current row in an object.</summary>
internal delegate void ObjectFiller<TRow>(TRow target);

/// <summary>The members of a class bound to the columns of a schema that they are filled from.</summary>
internal sealed class ObjectBinding<TRow>
    where TRow : class
{
    private readonly List<(ObjectMember Member, DataViewSchema.Column Column)> _pairs = [];

    public ObjectBinding(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        var columns = new ObjectColumns(typeof(TRow), definition, SchemaDefinition.Direction.Write);
        foreach (var wanted in columns.Schema)
        {
            var member = columns.Members[wanted.Index];
            if (schema.GetColumnOrNull(wanted.Name) is not { } column)
            {
                if (!ignoreMissingColumns)
                    throw Fail.SchemaMismatch("Schema", "", wanted.Name);
                continue;
            }
            Check.State(
                column.Type is VectorDataViewType == member.IsVector
                    && column.Type.ItemType().RawType == member.PrimitiveItemType().RawType,
                $"Can't bind the IDataView column '{column.Name}' of type '{column.Type}' to field or property '{member.Name}' of type "
                + $"'{member.MemberType.FullName}'.");
            _pairs.Add((member, column));
        }
    }

    public IEnumerable<DataViewSchema.Column> Columns => _pairs.Select(pair => pair.Column);

    public ObjectFiller<TRow> Fill(DataViewRow row)
    {
        Action<TRow>[] setters = [.. _pairs.Select(pair => MemberConversion.Setter<TRow>(pair.Member, row, pair.Column))];
        return target =>
        {
            foreach (var set in setters)
                set(target);
        };
    }
}
