using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>A 128-bit number that identifies a row, the same in every pass over the data.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong FirstFactor = 0x87c37b91114253d5;
    private const ulong SecondFactor = 0x4cf5ad432745937f;

    public readonly ulong Low;
    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    public int CompareTo(DataViewRowId other) => High == other.High ? Low.CompareTo(other.Low) : High.CompareTo(other.High);

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Low, High);

    public override string ToString() => $"{High:x16}{Low:x16}";

    /// <summary>Another identity derived from this one alone.</summary>
    public DataViewRowId Fork() => Absorb(BitOperations.RotateLeft(FirstFactor, 31) * SecondFactor, 0, firstWordLast: true);

    /// <summary>The identity after this one.</summary>
    public DataViewRowId Next() => Absorb(0, 0, firstWordLast: true);

    /// <summary>An identity derived from this one and another.</summary>
    public DataViewRowId Combine(DataViewRowId other)
    {
        other = other.Fork();
        return Absorb(
            BitOperations.RotateLeft(other.Low * FirstFactor, 31) * SecondFactor,
            BitOperations.RotateLeft(other.High * SecondFactor, 33) * FirstFactor,
            firstWordLast: false);
    }

    /// <summary>The body of the 128-bit Murmur 3 hash, for one block; Fork applies the first word after the mixing.</summary>
    private DataViewRowId Absorb(ulong first, ulong second, bool firstWordLast)
    {
        var low = firstWordLast ? Low : Low ^ first;
        low = (BitOperations.RotateLeft(low, 27) + High) * 5 + 0x52dce729;
        var high = (BitOperations.RotateLeft(High ^ second, 31) + low) * 5 + 0x38495ab5;
        return new DataViewRowId(firstWordLast ? low ^ first : low, high);
    }
}
