using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>The values that a column's keys stand for, in the order of the keys.</summary>
internal abstract class KeyMap(PrimitiveDataViewType itemType)
{
    private const byte TextFormat = 0;
    private const byte CodecFormat = 1;

    public PrimitiveDataViewType ItemType => itemType;

    public abstract int Count { get; }

    /// <summary>A key needs at least one value, so an empty map has a key of one that never occurs.</summary>
    public KeyDataViewType OutputType => new(typeof(uint), Math.Max(1, Count));

    /// <summary>Takes the values of the current row of a cursor; false once there may be no more values.</summary>
    public abstract Func<bool> Learner(DataViewRow row, DataViewSchema.Column column, int maximum);

    public abstract void Sort();

    public abstract Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column);

    public abstract void AddKeyValues(DataViewSchema.Annotations.Builder builder, DataViewSchema.Column input, bool asText);

    public abstract void WriteText(TextWriter writer);

    public static KeyMap For(DataViewType type) =>
        Dispatch.Call<KeyMap>(typeof(KeyMap), nameof(Make), type.ItemType().RawType, type.ItemType());

    public static KeyMap Read(ModelLoadContext ctx)
    {
        var format = ctx.Reader.ReadByte();
        Check.Decode(format is TextFormat or CodecFormat, "Unrecognized type of vocabulary");
        var type = format == TextFormat ? TextDataViewType.Instance : ValueCodec.ReadType(ctx.Reader) as PrimitiveDataViewType;
        Check.Decode(type != null);
        var count = ctx.Reader.ReadInt32();
        Check.Decode(count >= 0);
        var map = For(type);
        map.ReadValues(ctx, count);
        return map;
    }

    public void Write(ModelSaveContext ctx)
    {
        var isText = itemType is TextDataViewType;
        ctx.Writer.Write(isText ? TextFormat : CodecFormat);
        if (!isText)
            ValueCodec.WriteType(ctx.Writer, itemType);
        ctx.Writer.Write(Count);
        WriteValues(ctx);
    }

    protected abstract void ReadValues(ModelLoadContext ctx, int count);

    protected abstract void WriteValues(ModelSaveContext ctx);

    private static KeyMap Make<T>(PrimitiveDataViewType type) => new KeyMap<T>(type);
}
