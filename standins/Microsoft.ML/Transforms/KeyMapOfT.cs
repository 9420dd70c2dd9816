using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <inheritdoc/>
internal sealed class KeyMap<T>(PrimitiveDataViewType itemType) : KeyMap(itemType)
{
    private readonly Dictionary<T, uint> _keys = new(ValueOrder.Equality<T>());
    private readonly List<T> _values = [];

    public override int Count => _values.Count;

    public override Func<bool> Learner(DataViewRow row, DataViewSchema.Column column, int maximum)
    {
        if (column.Type is not VectorDataViewType)
        {
            var getter = row.GetGetter<T>(column);
            T value = default;
            return () =>
            {
                getter(ref value);
                Add(value);
                return Count < maximum;
            };
        }

        var vectorGetter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> vector = default;
        return () =>
        {
            vectorGetter(ref vector);
            foreach (var value in vector.DenseValues().TakeWhile(_ => Count < maximum))
                Add(value);
            return Count < maximum;
        };
    }

    public override void Sort()
    {
        _values.Sort(ValueOrder.Of<T>());
        for (var i = 0; i < _values.Count; i++)
            _keys[_values[i]] = (uint)i + 1;
    }

    public override Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType)
        {
            var getter = input.GetGetter<T>(column);
            T value = default;
            return (ValueGetter<uint>)((ref uint key) =>
            {
                getter(ref value);
                key = KeyOf(value);
            });
        }

        var vectorGetter = input.GetGetter<VBuffer<T>>(column);
        VBuffer<T> vector = default;
        return (ValueGetter<VBuffer<uint>>)((ref VBuffer<uint> keys) =>
        {
            vectorGetter(ref vector);
            var editor = VBufferEditor.Create(ref keys, vector.Length);
            foreach (var (slot, value) in vector.Items(all: true))
                editor.Values[slot] = KeyOf(value);
            keys = editor.Commit();
        });
    }

    public override void AddKeyValues(DataViewSchema.Annotations.Builder builder, DataViewSchema.Column input, bool asText)
    {
        if (Count == 0)
            return;
        if (ItemType is KeyDataViewType key
            && input.AnnotationType(AnnotationKinds.KeyValues) is VectorDataViewType inner && (ulong)inner.Size == key.Count)
        {
            Dispatch.Call(this, nameof(AddInnerValues), [inner.ItemType.RawType], builder, input, inner.ItemType, asText);
            return;
        }
        Add(builder, ItemType, [.. _values], asText);
    }

    public override void WriteText(TextWriter writer)
    {
        writer.WriteLine(ItemType is TextDataViewType
            ? $"# Number of terms = {Count}"
            : $"# Number of terms of type '{ItemType}' = {Count}");
        for (var i = 0; i < Count; i++)
            writer.WriteLine($"{i}\t{ValueText.Of(_values[i], ItemType)}");
    }

    protected override void ReadValues(ModelLoadContext ctx, int count)
    {
        if (ItemType is TextDataViewType)
        {
            for (var i = 0; i < count; i++)
                Add((T)(object)ctx.LoadNonEmptyString().AsMemory());
        }
        else if (count > 0)
        {
            foreach (var value in ValueCodec.ReadItems<T>(ctx.Reader, count))
                Add(value);
        }
        Check.Decode(Count == count, "Duplicate items in a vocabulary");
    }

    protected override void WriteValues(ModelSaveContext ctx)
    {
        if (ItemType is TextDataViewType)
        {
            foreach (var value in _values)
                ctx.SaveNonEmptyString(value.ToString());
        }
        else
        {
            ValueCodec.WriteItems<T>(ctx.Writer, [.. _values]);
        }
    }

    private uint KeyOf(T value) => _keys.GetValueOrDefault(value);

    private void Add(T value)
    {
        if (!ValueOrder.IsMissing(value, ItemType) && _keys.TryAdd(value, (uint)_values.Count + 1))
            _values.Add(value);
    }

    /// <summary>The keys of keys stand for the values that the inner keys stand for.</summary>
    private void AddInnerValues<TInner>(
        DataViewSchema.Annotations.Builder builder, DataViewSchema.Column input, PrimitiveDataViewType innerType, bool asText)
    {
        VBuffer<TInner> inner = default;
        input.GetKeyValues(ref inner);
        Add<TInner>(builder, innerType, [.. _values.Select(key => inner.GetItemOrDefault(Convert.ToInt32(key) - 1))], asText);
    }

    private static void Add<TValue>(DataViewSchema.Annotations.Builder builder, PrimitiveDataViewType type, TValue[] values, bool asText)
    {
        if (asText && type is not TextDataViewType)
        {
            var texts = values.Select(value => ValueText.Of(value, type).AsMemory());
            Add<ReadOnlyMemory<char>>(builder, TextDataViewType.Instance, [.. texts], false);
            return;
        }
        builder.Add(AnnotationKinds.KeyValues, new VectorDataViewType(type, values.Length),
            Copies.Getter(new VBuffer<TValue>(values.Length, values)));
    }
}
