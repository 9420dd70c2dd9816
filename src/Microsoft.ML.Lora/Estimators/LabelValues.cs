using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>
/// The classes of a label column in the order of its keys: how many there are and, where the column carries key values, what each stands for.
/// Values of text, numbers and booleans keep their type through a saved model; values of other types are kept as text.
/// </summary>
internal sealed class LabelValues
{
    private const string KeyValues = "KeyValues";
    private const string SlotNames = "SlotNames";

    private readonly PrimitiveDataViewType _type;

    private LabelValues(int count, PrimitiveDataViewType type, IReadOnlyList<string>? names) => (Count, _type, Names) = (count, type, names);

    /// <summary>How many classes there are.</summary>
    public int Count { get; }

    /// <summary>Each class's value as text; null where the label column has keys without values.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The values' type, by its .NET name: String, Single, Int32 and so on.</summary>
    public string TypeName => _type.RawType == typeof(ReadOnlyMemory<char>) ? nameof(String) : _type.RawType.Name;

    /// <summary>The types whose values keep their type.</summary>
    private static readonly Dictionary<string, PrimitiveDataViewType> Types = new PrimitiveDataViewType[]
    {
        BooleanDataViewType.Instance, NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
        NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
    }.ToDictionary(type => type.RawType.Name);

    /// <summary>Classes named by text.</summary>
    public static LabelValues FromNames(IReadOnlyList<string> names) => new(names.Count, TextDataViewType.Instance, names);

    /// <summary>Classes as a saved model states them.</summary>
    /// <exception cref="InvalidDataException">A value is not of the type.</exception>
    public static LabelValues FromSaved(int count, string typeName, IReadOnlyList<string>? names)
    {
        var type = Types.GetValueOrDefault(typeName);
        if (type is null && typeName != nameof(String)) throw new InvalidDataException($"The saved labels are of the unknown type \"{typeName}\".");
        if (names is not null && names.Count != count) throw new InvalidDataException($"The saved model names {names.Count} labels for {count} classes.");
        var values = new LabelValues(count, type ?? (PrimitiveDataViewType)TextDataViewType.Instance, names);
        if (type is not null && names is not null)
        {
            try
            {
                foreach (var name in names) Convert.ChangeType(name, type.RawType, CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
            {
                throw new InvalidDataException($"The saved labels are of type {typeName}, but one of them is not: {e.Message}", e);
            }
        }

        return values;
    }

    /// <summary>The classes of a label column, which must be a key.</summary>
    public static LabelValues FromColumn(DataViewSchema.Column column)
    {
        var count = checked((int)((KeyDataViewType)column.Type).Count);
        if (column.Annotations.Schema.GetColumnOrNull(KeyValues) is not { } annotation || annotation.Type is not VectorDataViewType { ItemType: var item })
            return new LabelValues(count, TextDataViewType.Instance, names: null);
        var read = item.RawType == typeof(ReadOnlyMemory<char>) ? ReadNames<ReadOnlyMemory<char>>
            : (Func<DataViewSchema.Annotations, string[]>)typeof(LabelValues)
                .GetMethod(nameof(ReadNames), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                .MakeGenericMethod(item.RawType)
                .CreateDelegate(typeof(Func<DataViewSchema.Annotations, string[]>));
        return new LabelValues(count, Types.GetValueOrDefault(item.RawType.Name) ?? (PrimitiveDataViewType)TextDataViewType.Instance, read(column.Annotations));
    }

    /// <summary>Sees that another column's keys stand for the same values as far as both go; keys without values are taken on trust.</summary>
    /// <param name="other">The other column's classes.</param>
    /// <param name="column">The columns' name.</param>
    /// <param name="what">Whose the other column is.</param>
    /// <exception cref="InvalidOperationException">A key stands for different values.</exception>
    public void RequireSameKeys(LabelValues other, string column, string what)
    {
        if (Names is null || other.Names is null) return;
        var differing = Names.Zip(other.Names).Index().FirstOrDefault(each => each.Item.First != each.Item.Second, (-1, default));
        if (differing.Index < 0) return;
        throw new InvalidOperationException(
            $"The keys of '{column}' stand for other values in the {what}: {differing.Index + 1} is '{differing.Item.Second}', and '{differing.Item.First}' in the training set. Map both with one MapValueToKey.");
    }

    /// <summary>The annotations of a predicted label: KeyValues, of the values' own type.</summary>
    public DataViewSchema.Annotations KeyAnnotations()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddValues(builder, KeyValues);
        return builder.ToAnnotations();
    }

    /// <summary>Adds the classes' names as SlotNames.</summary>
    public void AddSlotNames(DataViewSchema.Annotations.Builder builder)
    {
        if (Names is null) return;
        var names = Names.Select(name => name.AsMemory()).ToArray();
        Add(builder, SlotNames, TextDataViewType.Instance, names);
    }

    /// <summary>Adds the classes' values under <paramref name="kind"/>.</summary>
    public void AddValues(DataViewSchema.Annotations.Builder builder, string kind)
    {
        if (Names is null) return;
        if (_type.RawType == typeof(ReadOnlyMemory<char>))
        {
            Add(builder, kind, _type, Names.Select(name => name.AsMemory()).ToArray());
            return;
        }

        typeof(LabelValues).GetMethod(nameof(AddParsed), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .MakeGenericMethod(_type.RawType).Invoke(this, [builder, kind]);
    }

    private void AddParsed<T>(DataViewSchema.Annotations.Builder builder, string kind) =>
        Add(builder, kind, _type, Names!.Select(name => (T)Convert.ChangeType(name, typeof(T), CultureInfo.InvariantCulture)).ToArray());

    private static void Add<T>(DataViewSchema.Annotations.Builder builder, string kind, PrimitiveDataViewType type, T[] values)
    {
        void Get(ref VBuffer<T> destination) => new VBuffer<T>(values.Length, values).CopyTo(ref destination);
        builder.Add(kind, new VectorDataViewType(type, values.Length), (ValueGetter<VBuffer<T>>)Get);
    }

    private static string[] ReadNames<T>(DataViewSchema.Annotations annotations)
    {
        VBuffer<T> values = default;
        annotations.GetValue(KeyValues, ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }
}
