namespace Microsoft.ML.Data;

/// <summary>Copies values that outlive the row they came from: a vector's memory is copied, all else is immutable.</summary>
internal static class Copies
{
    private delegate void Copier<T>(in T value, ref T target);

    /// <summary>A getter that always gives a copy of the same value.</summary>
    public static ValueGetter<T> Getter<T>(T value) => (ref T target) => Copy(value, ref target);

    public static void Copy<T>(in T value, ref T target) => Of<T>.Copy(value, ref target);

    private static void CopyVector<T>(in VBuffer<T> value, ref VBuffer<T> target) => value.CopyTo(ref target);

    private static Copier<VBuffer<T>> VectorCopier<T>() => CopyVector;

    private static class Of<T>
    {
        public static readonly Copier<T> Copy = typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? Dispatch.Call<Copier<T>>(typeof(Copies), nameof(VectorCopier), typeof(T).GetGenericArguments()[0])
            : (in T value, ref T target) => target = value;
    }
}
