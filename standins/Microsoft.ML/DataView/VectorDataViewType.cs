using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>A vector or tensor of items; a dimension of 0 is not known beforehand.</summary>
public sealed class VectorDataViewType : StructuredDataViewType
{
    public VectorDataViewType(PrimitiveDataViewType itemType, int size = 0)
        : this(itemType, ImmutableArray.Create(size >= 0 ? size : throw Fail.Mark(new ArgumentOutOfRangeException(nameof(size)))))
    {
    }

    public VectorDataViewType(PrimitiveDataViewType itemType, params int[] dimensions)
        : this(itemType, (dimensions ?? []).ToImmutableArray())
    {
    }

    public VectorDataViewType(PrimitiveDataViewType itemType, ImmutableArray<int> dimensions)
        : base(BufferType(itemType))
    {
        Check.Param(dimensions.Length > 0, nameof(dimensions));
        Check.Param(dimensions.All(d => d >= 0), nameof(dimensions));
        ItemType = itemType;
        Dimensions = dimensions;
        Size = dimensions.Aggregate(1, (size, d) => checked(size * d));
    }

    public ImmutableArray<int> Dimensions { get; }

    public PrimitiveDataViewType ItemType { get; }

    /// <summary>The number of items, or 0 if it is not known.</summary>
    public int Size { get; }

    public bool IsKnownSize => Size > 0;

    public override bool Equals(DataViewType other) =>
        other is VectorDataViewType vector && vector.ItemType.Equals(ItemType) && vector.Dimensions.SequenceEqual(Dimensions);

    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    public override int GetHashCode() => Dimensions.Aggregate(HashCode.Combine(ItemType, Size), HashCode.Combine);

    public override string ToString()
    {
        if (Dimensions.Length == 1)
            return Size > 0 ? $"Vector<{ItemType}, {Size}>" : $"Vector<{ItemType}>";
        return $"Vector<{ItemType}, {string.Join(", ", Dimensions.Select(d => d > 0 ? d.ToString() : "*"))}>";
    }

    private static Type BufferType(PrimitiveDataViewType itemType)
    {
        Check.NotNull(itemType, nameof(itemType));
        return typeof(VBuffer<>).MakeGenericType(itemType.RawType);
    }
}
