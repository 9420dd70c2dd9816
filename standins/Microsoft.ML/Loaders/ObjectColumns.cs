namespace Microsoft.ML.Data;

/// <summary>The columns of a class of rows, after its <see cref="SchemaDefinition"/>, with their members.</summary>
internal sealed class ObjectColumns
{
    public ObjectColumns(Type type, SchemaDefinition definition, SchemaDefinition.Direction direction)
    {
        definition ??= SchemaDefinition.Create(type, direction);
        var builder = new DataViewSchema.Builder();
        var members = new List<ObjectMember>();
        foreach (var column in definition)
        {
            var member = ObjectMember.Find(type, column.MemberName);
            if (member.IsChannel)
                continue;
            var name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
            builder.AddColumn(name, TypeOf(column, name, member), column.Annotations);
            members.Add(member);
        }
        Schema = builder.ToSchema();
        Members = members;
    }

    public DataViewSchema Schema { get; }

    public IReadOnlyList<ObjectMember> Members { get; }

    private static DataViewType TypeOf(SchemaDefinition.Column column, string name, ObjectMember member)
    {
        var item = member.PrimitiveItemType();
        if (column.ColumnType == null)
            return member.IsVector ? new VectorDataViewType(item) : item;
        var isVector = column.ColumnType is VectorDataViewType;
        Check.Param(isVector == member.IsVector, "userSchemaDefinition",
            $"Column '{name}' is supposed to be {Word(isVector)}, but type of associated field '{member.Name}' is {Word(member.IsVector)}");
        var declared = column.ColumnType.ItemType().RawType;
        Check.Param(declared == item.RawType, "userSchemaDefinition",
            $"Column '{name}' is supposed to have item type {declared}, but associated field has type {item.RawType}");
        return column.ColumnType;
    }

    private static string Word(bool isVector) => isVector ? "vector" : "scalar";
}
