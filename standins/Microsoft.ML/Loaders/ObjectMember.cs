using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>A public field or property of a class of rows.</summary>
internal sealed class ObjectMember
{
    private readonly MemberInfo _member;

    private ObjectMember(MemberInfo member) => _member = member;

    public string Name => _member.Name;

    public string ColumnName => _member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? Name;

    public Type MemberType => _member is FieldInfo f ? f.FieldType : Property.PropertyType;

    public bool IsField => _member is FieldInfo;

    public bool IsVector => MemberType.IsArray || IsBuffer;

    public bool IsBuffer => MemberType.IsGenericType && MemberType.GetGenericTypeDefinition() == typeof(VBuffer<>);

    public Type ItemType => MemberType.IsArray ? MemberType.GetElementType() : IsBuffer ? MemberType.GetGenericArguments()[0] : MemberType;

    public bool IsColumn => !IsChannel && _member.GetCustomAttribute<NoColumnAttribute>() == null;

    public bool IsChannel => MemberType == typeof(IChannel);

    private PropertyInfo Property => (PropertyInfo)_member;

    public static IEnumerable<ObjectMember> Of(Type type)
    {
        const BindingFlags publicInstance = BindingFlags.Public | BindingFlags.Instance;
        MemberInfo[] fields = type.GetFields(publicInstance);
        MemberInfo[] properties = [.. type.GetProperties(publicInstance).Where(p => p.GetIndexParameters().Length == 0)];
        return fields.Concat(properties).Select(member => new ObjectMember(member));
    }

    public static ObjectMember Find(Type type, string name)
    {
        MemberInfo member = type.GetField(name);
        member ??= type.GetProperty(name);
        Check.Param(member != null, "userSchemaDefinition", $"No field or property with name '{name}' found in type '{type.FullName}'");
        return new ObjectMember(member);
    }

    public T Attribute<T>() where T : Attribute => _member.GetCustomAttribute<T>();

    public bool Allows(SchemaDefinition.Direction direction) => IsField
        || direction.HasFlag(SchemaDefinition.Direction.Read) && Property.GetGetMethod() != null
        || direction.HasFlag(SchemaDefinition.Direction.Write) && Property.GetSetMethod() != null;

    /// <summary>The item type of the column that the member's .NET type asks for.</summary>
    public PrimitiveDataViewType PrimitiveItemType() => PrimitiveTypes.TryOfMember(ItemType, out var type)
        ? type
        : throw Fail.Param("rawType", $"Could not determine an IDataView type and registered custom types for member {Name}");

    /// <summary>The column type that the member's .NET type and attributes ask for.</summary>
    public DataViewType ColumnType()
    {
        var item = PrimitiveItemType();
        if (Attribute<KeyTypeAttribute>() is { } key)
        {
            Check.Param(KeyDataViewType.IsValidDataType(item.RawType), "userType",
                $"Member {Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");
            item = new KeyDataViewType(item.RawType, key.KeyCount.Count.GetValueOrDefault());
        }
        var vector = Attribute<VectorTypeAttribute>();
        Check.Param(vector == null || IsVector, "userType",
            $"Member {Name} marked with VectorTypeAttribute, but does not appear to be a vector type");
        if (!IsVector)
            return item;
        return vector?.Dimensions is { Length: > 0 } dimensions ? new VectorDataViewType(item, dimensions) : new VectorDataViewType(item);
    }

    public Func<TRow, TValue> Reader<TRow, TValue>()
    {
        var row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, TValue>>(Expression.MakeMemberAccess(row, _member), row).Compile();
    }

    public Action<TRow, TValue> Writer<TRow, TValue>()
    {
        var (row, value) = (Expression.Parameter(typeof(TRow)), Expression.Parameter(typeof(TValue)));
        return Expression.Lambda<Action<TRow, TValue>>(Expression.Assign(Expression.MakeMemberAccess(row, _member), value), row, value)
            .Compile();
    }
}
