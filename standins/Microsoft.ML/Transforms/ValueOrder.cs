using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>When values are equal, in what order they stand and which mean that there is none; texts by their characters.</summary>
internal static class ValueOrder
{
    public static IEqualityComparer<T> Equality<T>() =>
        typeof(T) == typeof(ReadOnlyMemory<char>) ? (IEqualityComparer<T>)(object)new TextComparer() : EqualityComparer<T>.Default;

    public static IComparer<T> Of<T>() =>
        typeof(T) == typeof(ReadOnlyMemory<char>) ? (IComparer<T>)(object)new TextComparer() : Comparer<T>.Default;

    public static bool IsMissing<T>(T value, DataViewType type) => value switch
    {
        ReadOnlyMemory<char> text => text.IsEmpty,
        float number => float.IsNaN(number),
        double number => double.IsNaN(number),
        _ => type is KeyDataViewType && Convert.ToUInt64(value) == 0,
    };

    /// <summary>The value of a column whose key is missing.</summary>
    public static T Missing<T>() =>
        typeof(T) == typeof(float) ? (T)(object)float.NaN : typeof(T) == typeof(double) ? (T)(object)double.NaN : default;

    private sealed class TextComparer : IEqualityComparer<ReadOnlyMemory<char>>, IComparer<ReadOnlyMemory<char>>
    {
        public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<char> text) => string.GetHashCode(text.Span);

        public int Compare(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceCompareTo(y.Span);
    }
}

/// <summary>Values as text, in the way ML.NET writes them.</summary>
internal static class ValueText
{
    public static string Of<T>(T value, DataViewType type) => value switch
    {
        _ when type is KeyDataViewType => (Convert.ToUInt64(value) - 1).ToString(CultureInfo.InvariantCulture),
        float number => float.IsNaN(number) ? "?" : number.ToString("R", CultureInfo.InvariantCulture),
        double number => double.IsNaN(number) ? "?" : number.ToString("G17", CultureInfo.InvariantCulture),
        bool truth => truth ? "1" : "0",
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("o", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
