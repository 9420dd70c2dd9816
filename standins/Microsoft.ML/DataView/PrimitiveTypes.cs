namespace Microsoft.ML.Data;

/// <summary>Between .NET types, item types of columns and <see cref="DataKind"/>.</summary>
internal static class PrimitiveTypes
{
    private static readonly Dictionary<Type, PrimitiveDataViewType> s_byRawType = new PrimitiveDataViewType[]
    {
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
        NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
        NumberDataViewType.Single, NumberDataViewType.Double, TextDataViewType.Instance, BooleanDataViewType.Instance,
        TimeSpanDataViewType.Instance, DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, RowIdDataViewType.Instance,
    }.ToDictionary(type => type.RawType);

    private static readonly Dictionary<DataKind, PrimitiveDataViewType> s_byKind = new()
    {
        [DataKind.SByte] = NumberDataViewType.SByte,
        [DataKind.Byte] = NumberDataViewType.Byte,
        [DataKind.Int16] = NumberDataViewType.Int16,
        [DataKind.UInt16] = NumberDataViewType.UInt16,
        [DataKind.Int32] = NumberDataViewType.Int32,
        [DataKind.UInt32] = NumberDataViewType.UInt32,
        [DataKind.Int64] = NumberDataViewType.Int64,
        [DataKind.UInt64] = NumberDataViewType.UInt64,
        [DataKind.Single] = NumberDataViewType.Single,
        [DataKind.Double] = NumberDataViewType.Double,
        [DataKind.String] = TextDataViewType.Instance,
        [DataKind.Boolean] = BooleanDataViewType.Instance,
        [DataKind.TimeSpan] = TimeSpanDataViewType.Instance,
        [DataKind.DateTime] = DateTimeDataViewType.Instance,
        [DataKind.DateTimeOffset] = DateTimeOffsetDataViewType.Instance,
    };

    private static readonly Dictionary<Type, DataKind> s_kinds = s_byKind.ToDictionary(pair => pair.Value.RawType, pair => pair.Key);

    public static bool IsKind(DataKind kind) => s_byKind.ContainsKey(kind);

    public static PrimitiveDataViewType OfKind(DataKind kind) => s_byKind[kind];

    /// <summary>The item type that holds values of a member's .NET type; string is text.</summary>
    public static bool TryOfMember(Type memberType, out PrimitiveDataViewType type)
    {
        var raw = memberType == typeof(string) ? typeof(ReadOnlyMemory<char>) : memberType;
        return s_byRawType.TryGetValue(raw, out type);
    }

    public static PrimitiveDataViewType OfRawType(Type rawType) => s_byRawType[rawType];

    public static DataKind KindOf(Type rawType) => s_kinds[rawType];

    public static bool TryKindOfMember(Type memberType, out DataKind kind)
    {
        kind = default;
        return TryOfMember(memberType, out var type) && s_kinds.TryGetValue(type.RawType, out kind);
    }

    public static DataViewType ItemType(this DataViewType type) => type is VectorDataViewType vector ? vector.ItemType : type;

    /// <summary>The number of values of a key or of a vector's keys, or 0 if the type is neither.</summary>
    public static ulong KeyCount(this DataViewType type) => type.ItemType() is KeyDataViewType key ? key.Count : 0;

    public static bool IsStandard(this DataViewType type) =>
        type is NumberDataViewType or TextDataViewType or BooleanDataViewType or RowIdDataViewType
            or TimeSpanDataViewType or DateTimeDataViewType or DateTimeOffsetDataViewType;
}
