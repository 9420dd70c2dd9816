using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that keeps the order in which its keys were added.</summary>
public class OrderedDict<TKey, TValue> : IDictionary<TKey, TValue>, IList<(TKey, TValue)> where TKey : notnull
{
    private readonly List<(TKey Key, TValue Value)> list = [];
    private readonly Dictionary<TKey, TValue> byKey = [];

    public int Count => byKey.Count;

    public bool IsReadOnly => false;

    public ICollection<TKey> Keys => list.Select(entry => entry.Key).ToList();

    public ICollection<TValue> Values => list.Select(entry => entry.Value).ToList();

    public (TKey, TValue) this[int index]
    {
        get => list[index];
        set
        {
            list[index] = value;
            byKey[value.Item1] = value.Item2;
        }
    }

    public TValue this[TKey key]
    {
        get => byKey[key];
        set
        {
            byKey[key] = value;
            var at = Find(key);
            if (at < 0) list.Add((key, value));
            else list[at] = (key, value);
        }
    }

    public IEnumerator<(TKey, TValue)> items() => GetEnumerator();

    public IEnumerable<TKey> keys() => Keys;

    public IEnumerable<TValue> values() => Values;

    public void clear() => Clear();

    public void Clear()
    {
        list.Clear();
        byKey.Clear();
    }

    public void Add(TKey key, TValue value)
    {
        byKey.Add(key, value);
        list.Add((key, value));
    }

    public void Add((TKey, TValue) item) => Add(item.Item1, item.Item2);

    public void Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);

    public void Insert(int index, (TKey, TValue) item)
    {
        byKey.Add(item.Item1, item.Item2);
        list.Insert(index, item);
    }

    public bool ContainsKey(TKey key) => byKey.ContainsKey(key);

    public bool Contains((TKey, TValue) item) => list.Contains(item);

    public bool Contains(KeyValuePair<TKey, TValue> item) => byKey.ContainsKey(item.Key);

    public int IndexOf((TKey, TValue) item) => list.IndexOf(item);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => byKey.TryGetValue(key, out value);

    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public bool Remove(TKey key)
    {
        if (!byKey.Remove(key)) throw new KeyNotFoundException($"The given key '{key}' was not present in the dictionary.");
        list.RemoveAt(Find(key));
        return true;
    }

    public bool Remove((TKey, TValue) item)
    {
        byKey.Remove(item.Item1);
        return list.Remove(item);
    }

    public bool Remove(KeyValuePair<TKey, TValue> item) => Remove(item.Key);

    public void RemoveAt(int index)
    {
        byKey.Remove(list[index].Key);
        list.RemoveAt(index);
    }

    public void CopyTo((TKey, TValue)[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);

    public void CopyTo(KeyValuePair<TKey, TValue>[] array, int arrayIndex)
    {
        foreach (var (key, value) in list) array[arrayIndex++] = new(key, value);
    }

    public IEnumerator<(TKey, TValue)> GetEnumerator() => list.GetEnumerator();

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator()
        => list.Select(entry => new KeyValuePair<TKey, TValue>(entry.Key, entry.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(TKey key) => list.FindIndex(entry => entry.Key.Equals(key));
}
