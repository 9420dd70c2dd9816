namespace Microsoft.ML.Data;

/// <summary>A column of a text loader: its type and the segments of fields that it is made of.</summary>
internal sealed class TextColumn
{
    private const int ToLineEnd = int.MaxValue;

    private TextColumn(string name, PrimitiveDataViewType itemType, IReadOnlyList<Segment> segments)
    {
        Name = name;
        ItemType = itemType;
        Segments = segments;
        var sorted = segments.OrderBy(segment => segment.Start).ToArray();
        for (var i = 1; i < sorted.Length; i++)
            Check.Param(sorted[i - 1].End <= sorted[i].Start, "Source", $"Intervals specified for column '{name}' overlap");
        var variable = segments.Any(segment => segment.End == ToLineEnd);
        var size = variable ? 0 : segments.Sum(segment => segment.End - segment.Start);
        Type = variable || size > 1 || segments[0].IsVector ? new VectorDataViewType(itemType, size) : itemType;
    }

    public string Name { get; }

    public PrimitiveDataViewType ItemType { get; }

    public DataViewType Type { get; }

    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>The field indices of a row with this many fields, in the order of the column's items.</summary>
    public IEnumerable<int> FieldsOf(int fieldCount) => Segments.SelectMany(segment =>
    {
        var end = segment.End == ToLineEnd ? Math.Max(fieldCount, segment.Start) : segment.End;
        return Enumerable.Range(segment.Start, end - segment.Start);
    });

    public static TextColumn From(TextLoader.Column column, Func<int> inputSize)
    {
        Check.NotWhiteSpace(column.Name, nameof(column.Name));
        Check.Param(column.Source is { Length: > 0 }, nameof(column.Source), "Must specify some source column indices");
        Check.Param(PrimitiveTypes.IsKind(column.DataKind), "Type", "Bad item type");
        var item = PrimitiveTypes.OfKind(column.DataKind);
        if (column.KeyCount != null)
        {
            Check.Param(KeyDataViewType.IsValidDataType(item.RawType), nameof(column.KeyCount), "The item type must be valid for a key");
            item = new KeyDataViewType(item.RawType, column.KeyCount.Count ?? KeyDataViewType.Largest(item.RawType));
        }
        return new TextColumn(column.Name.Trim(), item, [.. column.Source.Select(range => SegmentOf(range, inputSize))]);
    }

    public static TextColumn Read(ModelLoadContext ctx)
    {
        var name = ctx.LoadNonEmptyString();
        var kind = (DataKind)ctx.Reader.ReadByte();
        Check.Decode(PrimitiveTypes.IsKind(kind));
        var item = PrimitiveTypes.OfKind(kind);
        if (ctx.Reader.ReadBoolean())
            item = new KeyDataViewType(item.RawType, ctx.Reader.ReadUInt64());
        var count = ctx.Reader.ReadInt32();
        Check.Decode(count > 0);
        var segments = new List<Segment>();
        for (var i = 0; i < count; i++)
        {
            segments.Add(new(ctx.Reader.ReadInt32(), ctx.Reader.ReadInt32(), ctx.Reader.ReadBoolean()));
            Check.Decode(segments[i].Start >= 0 && segments[i].Start < segments[i].End);
        }
        return new TextColumn(name, item, segments);
    }

    public void Write(ModelSaveContext ctx)
    {
        ctx.SaveNonEmptyString(Name);
        ctx.Writer.Write((byte)PrimitiveTypes.KindOf(ItemType.RawType));
        ctx.Writer.Write(ItemType is KeyDataViewType);
        if (ItemType is KeyDataViewType key)
            ctx.Writer.Write(key.Count);
        ctx.Writer.Write(Segments.Count);
        foreach (var (start, end, isVector) in Segments)
        {
            ctx.Writer.Write(start);
            ctx.Writer.Write(end);
            ctx.Writer.Write(isVector);
        }
    }

    private static Segment SegmentOf(TextLoader.Range range, Func<int> inputSize)
    {
        if (range.AllOther)
            throw new NotSupportedException("The stand-in for ML.NET knows no ranges of all other fields");
        Check.Param(range.Min >= 0, nameof(range.Min));
        if (range.Max is { } max)
        {
            Check.Param(range.Min <= max, nameof(range.Max));
            return new(range.Min, max + 1, range.ForceVector);
        }
        if (range.VariableEnd)
            return new(range.Min, ToLineEnd, true);
        if (!range.AutoEnd)
            return new(range.Min, range.Min + 1, range.ForceVector);
        var size = inputSize();
        Check.Param(range.Min < size, nameof(range.Min), $"Column #{range.Min} not found in the dataset (it only has {size} columns)");
        return new(range.Min, size, true);
    }

    /// <summary>Fields from a start to before an end.</summary>
    public readonly record struct Segment(int Start, int End, bool IsVector);
}
