using System.Globalization;

namespace Microsoft.ML.Data;

/// <summary>Parses a field as a value; false if it cannot be, with the type's missing value.</summary>
internal delegate bool TextParser<T>(ReadOnlyMemory<char> text, out T value);

/// <summary>The parsers of each item type.</summary>
internal static class TextParsing
{
    private static readonly string[] s_missing = ["?", "nan", "na", "n/a"];

    public static TextParser<T> For<T>(PrimitiveDataViewType type, TextFormat format) =>
        type is KeyDataViewType key
            ? Dispatch.Call<TextParser<T>>(typeof(TextParsing), nameof(Key), typeof(T), key)
            : (TextParser<T>)Simple(type, format);

    /// <summary>Whether a type has a missing value to which an unreadable field can be set.</summary>
    public static bool HasMissing(PrimitiveDataViewType type) =>
        type is KeyDataViewType || type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    private static Delegate Simple(PrimitiveDataViewType type, TextFormat format) => Type.GetTypeCode(type.RawType) switch
    {
        TypeCode.SByte => Integer<sbyte>(),
        TypeCode.Byte => Integer<byte>(),
        TypeCode.Int16 => Integer<short>(),
        TypeCode.UInt16 => Integer<ushort>(),
        TypeCode.Int32 => Integer<int>(),
        TypeCode.UInt32 => Integer<uint>(),
        TypeCode.Int64 => Integer<long>(),
        TypeCode.UInt64 => Integer<ulong>(),
        TypeCode.Single => Real<float>(float.NaN, format),
        TypeCode.Double => Real<double>(double.NaN, format),
        TypeCode.Boolean => (TextParser<bool>)Boolean,
        TypeCode.DateTime => (TextParser<DateTime>)((ReadOnlyMemory<char> text, out DateTime value) =>
        {
            const DateTimeStyles styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
            value = default;
            return text.IsEmpty || DateTime.TryParse(text.Span, CultureInfo.InvariantCulture, styles, out value);
        }),
        _ when type is DateTimeOffsetDataViewType => (TextParser<DateTimeOffset>)((ReadOnlyMemory<char> text, out DateTimeOffset value) =>
        {
            value = default;
            return text.IsEmpty
                || DateTimeOffset.TryParse(text.Span, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
        }),
        _ when type is TimeSpanDataViewType => (TextParser<TimeSpan>)((ReadOnlyMemory<char> text, out TimeSpan value) =>
        {
            value = default;
            return text.IsEmpty || TimeSpan.TryParse(text.Span, CultureInfo.InvariantCulture, out value);
        }),
        _ => (TextParser<ReadOnlyMemory<char>>)((ReadOnlyMemory<char> text, out ReadOnlyMemory<char> value) =>
        {
            value = text;
            return true;
        }),
    };

    private static TextParser<T> Integer<T>() where T : struct, ISpanParsable<T> => (ReadOnlyMemory<char> text, out T value) =>
    {
        value = default;
        var digits = text.Span.TrimStart('-');
        return text.IsEmpty || text.Length - digits.Length <= 1 && !digits.ContainsAnyExceptInRange('0', '9')
            && T.TryParse(text.Span, CultureInfo.InvariantCulture, out value);
    };

    private static TextParser<T> Real<T>(T missing, TextFormat format) where T : struct, ISpanParsable<T>
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = format.DecimalMarker.ToString();
        culture.NumberFormat.NumberGroupSeparator = format.DecimalMarker == ',' ? "." : ",";
        return (ReadOnlyMemory<char> text, out T value) =>
        {
            var trimmed = text.Span.Trim();
            value = trimmed.IsEmpty && !format.MissingRealsAsNaNs ? default : missing;
            if (trimmed.IsEmpty || IsMissing(trimmed))
                return true;
            if (trimmed.Contains(culture.NumberFormat.NumberGroupSeparator[0]) || !T.TryParse(trimmed, culture, out var parsed))
                return false;
            value = parsed;
            return true;
        };
    }

    private static TextParser<T> Key<T>(KeyDataViewType key) where T : struct => (ReadOnlyMemory<char> text, out T value) =>
    {
        value = default;
        if (text.IsEmpty || IsMissing(text.Span))
            return true;
        if (text.Span.ContainsAnyExceptInRange('0', '9') || !ulong.TryParse(text.Span, CultureInfo.InvariantCulture, out var index)
            || index >= key.Count)
        {
            return false;
        }
        value = (T)Convert.ChangeType(index + 1, typeof(T));
        return true;
    };

    private static bool Boolean(ReadOnlyMemory<char> text, out bool value)
    {
        var word = text.ToString().ToLowerInvariant();
        value = word is "t" or "y" or "1" or "+" or "+1" or "yes" or "true";
        return value || word is "" or "f" or "n" or "0" or "-" or "-1" or "no" or "false";
    }

    private static bool IsMissing(ReadOnlySpan<char> text)
    {
        foreach (var word in s_missing)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
