using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Reads a label as a number; a missing key is not a number, the first key is 0.</summary>
internal static class LabelGetter
{
    public static Func<float> Of(DataViewRow row, DataViewSchema.Column label)
    {
        if (label.Type is KeyDataViewType)
            return Dispatch.Call<Func<float>>(typeof(LabelGetter), nameof(OfKey), label.Type.RawType, row, label);
        var getter = row.GetGetter<float>(label);
        float value = default;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    private static Func<float> OfKey<T>(DataViewRow row, DataViewSchema.Column label)
    {
        var getter = row.GetGetter<T>(label);
        var count = label.Type.KeyCount();
        T value = default;
        return () =>
        {
            getter(ref value);
            var key = Convert.ToUInt64(value);
            return key > 0 && key <= count ? key - 1 : float.NaN;
        };
    }
}
