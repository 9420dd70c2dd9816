using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A vector, dense or sparse; the memory belongs to whoever holds it.</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    /// <summary>The number of items, those left out included.</summary>
    public readonly int Length;

    public VBuffer(int length, T[] values, int[] indices = null)
        : this(length, length, values, indices)
    {
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        Check.Param(length >= 0, nameof(length));
        Check.Param(0 <= count && count <= length, nameof(count));
        Check.Param((values?.Length ?? 0) >= count, nameof(values));
        Check.Param(count == length || (indices?.Length ?? 0) >= count, nameof(indices));
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    public bool IsDense => _count == Length;

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        var size = source?.Length ?? 0;
        Check.Param(0 <= length && length <= size, nameof(length));
        Check.Param(0 <= sourceIndex && sourceIndex <= size - length, nameof(sourceIndex));
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        Check.Param(0 <= sourceIndex && sourceIndex <= Length, nameof(sourceIndex));
        Check.Param(0 <= length && sourceIndex <= Length - length, nameof(length));
        var (first, end) = IsDense
            ? (sourceIndex, sourceIndex + length)
            : (FirstAtOrAfter(sourceIndex), FirstAtOrAfter(sourceIndex + length));
        var editor = VBufferEditor.Create(ref destination, length, end - first);
        GetValues()[first..end].CopyTo(editor.Values);
        for (var i = 0; i < editor.Indices.Length; i++)
            editor.Indices[i] = _indices[first + i] - sourceIndex;
        destination = editor.Commit();
    }

    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        if (destinationIndex < 0 || destinationIndex > destination.Length - Length)
            throw new ArgumentOutOfRangeException(nameof(destination), "Not large enough to hold these values.");
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }
        target.Fill(defaultValue);
        for (var i = 0; i < _count; i++)
            target[_indices[i]] = _values[i];
    }

    /// <summary>Each index with its value: those stored, or all of them.</summary>
    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        var next = 0;
        for (var i = 0; i < _count; i++)
        {
            var index = IsDense ? i : _indices[i];
            for (; all && next < index; next++)
                yield return new(next, default);
            yield return new(index, _values[i]);
            next = index + 1;
        }
        for (; all && next < Length; next++)
            yield return new(next, default);
    }

    public IEnumerable<T> DenseValues() => Items(all: true).Select(item => item.Value);

    public T GetItemOrDefault(int index)
    {
        T value = default;
        GetItemOrDefault(index, ref value);
        return value;
    }

    public void GetItemOrDefault(int index, ref T destination)
    {
        Check.Param(0 <= index && index < Length, nameof(index));
        var stored = IsDense ? index : _indices.AsSpan(0, _count).BinarySearch(index);
        destination = stored < 0 ? default : _values[stored];
    }

    public IEnumerator GetEnumerator() => (_values ?? []).GetEnumerator();

    public override string ToString() =>
        IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    internal VBufferEditor<T> Edit(int length, int count, int? capacity, bool keepOld, bool requireIndices)
    {
        var withIndices = count < length || requireIndices;
        var values = Grown(_values, count, capacity, keepOld, out var newValues);
        var newIndices = false;
        var indices = withIndices ? Grown(_indices, count, capacity, keepOld, out newIndices) : _indices;
        return new VBufferEditor<T>(length, count, values, indices, withIndices, newValues, newIndices);
    }

    internal VBufferEditor<T> Edit() => Edit(Length, _count, null, keepOld: false, requireIndices: false);

    private int FirstAtOrAfter(int index)
    {
        var at = _indices.AsSpan(0, _count).BinarySearch(index);
        return at < 0 ? ~at : at;
    }

    private static TItem[] Grown<TItem>(TItem[] array, int size, int? capacity, bool keepOld, out bool grown)
    {
        var length = array?.Length ?? 0;
        grown = length < size;
        if (!grown)
            return array;
        var larger = new TItem[Math.Max(size, Math.Min(2 * length, capacity ?? int.MaxValue))];
        if (keepOld)
            array?.CopyTo(larger, 0);
        return larger;
    }
}
