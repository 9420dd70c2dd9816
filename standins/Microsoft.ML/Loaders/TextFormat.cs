namespace Microsoft.ML.Data;

/// <summary>The part of a text loader's options that says how lines split into fields; kept in model files.</summary>
internal sealed class TextFormat
{
    private const string IllegalSeparators = "\0\r\n\"0123456789";

    [Flags]
    private enum Flags : uint
    {
        TrimWhitespace = 0x01,
        HasHeader = 0x02,
        AllowQuoting = 0x04,
        AllowSparse = 0x08,
        ReadMultilines = 0x10,
        MissingRealsAsNaNs = 0x20,
    }

    private TextFormat()
    {
    }

    public bool TrimWhitespace { get; private init; }

    public bool HasHeader { get; private init; }

    public bool AllowQuoting { get; private init; }

    public bool ReadMultilines { get; private init; }

    public bool MissingRealsAsNaNs { get; private init; }

    public long MaxRows { get; private init; }

    /// <summary>The number of fields of a line, or 0 if it is not known.</summary>
    public int InputSize { get; init; }

    public char[] Separators { get; private init; }

    public char EscapeChar { get; private init; }

    public char DecimalMarker { get; private init; }

    public bool SpaceSeparates => Separators.Contains(' ');

    public static TextFormat From(TextLoader.Options options)
    {
        if (options.AllowSparse)
            throw new NotSupportedException("The stand-in for ML.NET reads no sparse text files");
        Check.NotEmpty(options.Separators, nameof(options.Separators));
        foreach (var separator in options.Separators)
        {
            Check.Param(separator == '\t' || separator >= ' ' && !IllegalSeparators.Contains(separator), "Separator",
                $"Illegal separator: '{separator}'");
        }
        Check.Param(options.DecimalMarker is '.' or ',', nameof(options.DecimalMarker),
            $"Decimal marker cannot be the '{options.DecimalMarker}' character. It must be '.' or ','.");
        Check.Param(options.AllowQuoting || options.DecimalMarker != ',' || !options.Separators.Contains(','), nameof(options.AllowQuoting),
            "Quoting must be allowed if decimal marker and separator are the ',' character.");
        Check.Param(!options.Separators.Contains(options.EscapeChar), nameof(options.EscapeChar),
            $"EscapeChar '{options.EscapeChar}' can't be used both as EscapeChar and separator");
        Check.Param(options.MaxRows is not < 0, nameof(options.MaxRows));
        return new TextFormat
        {
            TrimWhitespace = options.TrimWhitespace,
            HasHeader = options.HasHeader && string.IsNullOrWhiteSpace(options.HeaderFile),
            AllowQuoting = options.AllowQuoting,
            ReadMultilines = options.AllowQuoting && options.ReadMultilines,
            MissingRealsAsNaNs = options.MissingRealsAsNaNs,
            MaxRows = options.MaxRows ?? long.MaxValue,
            InputSize = options.InputSize ?? 0,
            Separators = [.. options.Separators.Distinct()],
            EscapeChar = options.EscapeChar,
            DecimalMarker = options.DecimalMarker,
        };
    }

    public static TextFormat Read(BinaryReader reader)
    {
        Check.Decode(reader.ReadInt32() == sizeof(float));
        var maxRows = reader.ReadInt64();
        var flags = (Flags)reader.ReadUInt32();
        var inputSize = reader.ReadInt32();
        var separatorCount = reader.ReadInt32();
        Check.Decode(maxRows > 0 && inputSize >= 0 && separatorCount is > 0 and <= char.MaxValue);
        Check.Decode((flags & Flags.AllowSparse) == 0, "The stand-in for ML.NET reads no sparse text files");
        return new TextFormat
        {
            TrimWhitespace = flags.HasFlag(Flags.TrimWhitespace),
            HasHeader = flags.HasFlag(Flags.HasHeader),
            AllowQuoting = flags.HasFlag(Flags.AllowQuoting),
            ReadMultilines = flags.HasFlag(Flags.ReadMultilines),
            MissingRealsAsNaNs = flags.HasFlag(Flags.MissingRealsAsNaNs),
            MaxRows = maxRows,
            InputSize = inputSize,
            Separators = [.. Enumerable.Range(0, separatorCount).Select(_ => (char)reader.ReadUInt16())],
            EscapeChar = reader.ReadChar(),
            DecimalMarker = reader.ReadChar(),
        };
    }

    public void Write(BinaryWriter writer)
    {
        var flags = (TrimWhitespace ? Flags.TrimWhitespace : 0) | (HasHeader ? Flags.HasHeader : 0)
            | (AllowQuoting ? Flags.AllowQuoting : 0) | (ReadMultilines ? Flags.ReadMultilines : 0)
            | (MissingRealsAsNaNs ? Flags.MissingRealsAsNaNs : 0);
        writer.Write(sizeof(float));
        writer.Write(MaxRows);
        writer.Write((uint)flags);
        writer.Write(InputSize);
        writer.Write(Separators.Length);
        foreach (var separator in Separators)
            writer.Write((ushort)separator);
        writer.Write(EscapeChar);
        writer.Write(DecimalMarker);
    }
}
