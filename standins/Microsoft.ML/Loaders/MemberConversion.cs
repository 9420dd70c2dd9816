namespace Microsoft.ML.Data;

/// <summary>Between the values of members and of columns: string and text, array and vector, number from 0 and key from 1.</summary>
internal static class MemberConversion
{
    /// <summary>A getter of column values that reads a member of the current row object.</summary>
    public static Delegate Getter<TRow>(ObjectMember member, DataViewType type, Func<TRow> current)
    {
        if (member.MemberType == typeof(string))
        {
            var read = member.Reader<TRow, string>();
            return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = read(current()).AsMemory());
        }
        if (member.MemberType == typeof(string[]))
        {
            var read = member.Reader<TRow, string[]>();
            return (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> value) =>
                Texts(read(current()), ref value));
        }
        var method = member.MemberType.IsArray ? nameof(ArrayGetter)
            : member.IsBuffer ? nameof(BufferGetter)
            : type is KeyDataViewType ? nameof(KeyGetter)
            : nameof(DirectGetter);
        return (Delegate)Dispatch.Call(typeof(MemberConversion), method, [typeof(TRow), member.ItemType], member, type, current);
    }

    /// <summary>An action that stores the current row's value of a column in a member.</summary>
    public static Action<TRow> Setter<TRow>(ObjectMember member, DataViewRow row, DataViewSchema.Column column)
    {
        if (member.MemberType == typeof(string))
            return Store<TRow, ReadOnlyMemory<char>, string>(member, row, column, text => text.ToString());
        if (member.MemberType == typeof(string[]))
            return ArrayStore<TRow, ReadOnlyMemory<char>, string>(member, row, column, text => text.ToString());
        var method = member.MemberType.IsArray ? nameof(ArraySetter) : member.IsBuffer ? nameof(BufferSetter) : nameof(DirectSetter);
        return (Action<TRow>)Dispatch.Call(typeof(MemberConversion), method, [typeof(TRow), member.ItemType], member, row, column);
    }

    /// <summary>The getter of an annotation whose value was given as a member's would be.</summary>
    public static Delegate ConstantGetter<T>(T value, DataViewType type)
    {
        switch (value)
        {
            case string text:
                return Copies.Getter(text.AsMemory());
            case string[] texts:
                return (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> target) => Texts(texts, ref target));
            case Array array:
                return (Delegate)Dispatch.Call(
                    typeof(MemberConversion), nameof(ConstantArrayGetter), [array.GetType().GetElementType()], array);
            default:
                Check.State(typeof(T) == type.RawType, $"Value inputted has type {typeof(T)}, but the annotation has {type.RawType}");
                return Copies.Getter(value);
        }
    }

    private static void Texts(string[] texts, ref VBuffer<ReadOnlyMemory<char>> target)
    {
        var editor = VBufferEditor.Create(ref target, texts?.Length ?? 0);
        for (var i = 0; i < editor.Values.Length; i++)
            editor.Values[i] = texts[i].AsMemory();
        target = editor.Commit();
    }

    private static Delegate ConstantArrayGetter<T>(T[] array) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> target) => VBuffer<T>.Copy(array, 0, ref target, array.Length));

    private static Delegate DirectGetter<TRow, T>(ObjectMember member, DataViewType type, Func<TRow> current)
    {
        var read = member.Reader<TRow, T>();
        return (ValueGetter<T>)((ref T value) => value = read(current()));
    }

    private static Delegate ArrayGetter<TRow, T>(ObjectMember member, DataViewType type, Func<TRow> current)
    {
        var read = member.Reader<TRow, T[]>();
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            var array = read(current());
            VBuffer<T>.Copy(array, 0, ref value, array?.Length ?? 0);
        });
    }

    private static Delegate BufferGetter<TRow, T>(ObjectMember member, DataViewType type, Func<TRow> current)
    {
        var read = member.Reader<TRow, VBuffer<T>>();
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => read(current()).CopyTo(ref value));
    }

    private static Delegate KeyGetter<TRow, T>(ObjectMember member, DataViewType type, Func<TRow> current)
        where T : struct, IConvertible
    {
        var read = member.Reader<TRow, T>();
        var count = ((KeyDataViewType)type).Count;
        return (ValueGetter<T>)((ref T value) =>
        {
            var index = read(current()).ToUInt64(null);
            value = (T)Convert.ChangeType(index < count ? index + 1 : 0, typeof(T));
        });
    }

    private static Action<TRow> Store<TRow, TColumn, TMember>(
        ObjectMember member, DataViewRow row, DataViewSchema.Column column, Func<TColumn, TMember> convert)
    {
        var getter = row.GetGetter<TColumn>(column);
        var write = member.Writer<TRow, TMember>();
        TColumn value = default;
        return target =>
        {
            getter(ref value);
            write(target, convert(value));
        };
    }

    private static Action<TRow> DirectSetter<TRow, T>(ObjectMember member, DataViewRow row, DataViewSchema.Column column) =>
        Store<TRow, T, T>(member, row, column, value => value);

    private static Action<TRow> ArraySetter<TRow, T>(ObjectMember member, DataViewRow row, DataViewSchema.Column column) =>
        ArrayStore<TRow, T, T>(member, row, column, value => value);

    /// <summary>Reuses the member's array if it is as long as the vector; none at all is as long as an empty vector.</summary>
    private static Action<TRow> ArrayStore<TRow, TColumn, TMember>(
        ObjectMember member, DataViewRow row, DataViewSchema.Column column, Func<TColumn, TMember> convert)
    {
        var getter = row.GetGetter<VBuffer<TColumn>>(column);
        var read = member.Allows(SchemaDefinition.Direction.Read) ? member.Reader<TRow, TMember[]>() : _ => null;
        var write = member.Writer<TRow, TMember[]>();
        VBuffer<TColumn> vector = default;
        return target =>
        {
            getter(ref vector);
            var array = read(target);
            if ((array?.Length ?? 0) != vector.Length)
                array = new TMember[vector.Length];
            foreach (var (slot, value) in vector.Items(all: true))
                array[slot] = convert(value);
            write(target, array);
        };
    }

    private static Action<TRow> BufferSetter<TRow, T>(ObjectMember member, DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        var read = member.Allows(SchemaDefinition.Direction.Read) ? member.Reader<TRow, VBuffer<T>>() : _ => default;
        var write = member.Writer<TRow, VBuffer<T>>();
        return target =>
        {
            var value = read(target);
            getter(ref value);
            write(target, value);
        };
    }
}
