using System.Text;

namespace Microsoft.ML.Data;

/// <summary>Splits a line into fields. Empty fields are left out, so that a column keeps its default value.</summary>
internal sealed class TextFields(TextFormat format)
{
    private readonly bool _skipSpaces = !format.SpaceSeparates;

    private enum FieldEnd
    {
        Separator,
        Line,
        InsideQuotes,
    }

    /// <summary>The fields by index; and the number of fields, the empty ones included.</summary>
    public int Split(ReadOnlyMemory<char> line, Dictionary<int, ReadOnlyMemory<char>> fields)
    {
        fields.Clear();
        if (format.TrimWhitespace)
            line = line.TrimEnd();
        var (index, at) = (0, 0);
        FieldEnd end;
        do
        {
            end = Next(line, ref at, out var field);
            if (!field.IsEmpty || format.MissingRealsAsNaNs)
                fields[index] = field;
            index++;
        }
        while (end == FieldEnd.Separator);
        return index;
    }

    public static bool EndsInsideQuotes(string line, TextFormat format)
    {
        var fields = new TextFields(format);
        var at = 0;
        FieldEnd end;
        do
            end = fields.Next(line.AsMemory(), ref at, out _);
        while (end == FieldEnd.Separator);
        return end == FieldEnd.InsideQuotes;
    }

    /// <summary>Reads the field at a position and moves past the separator behind it.</summary>
    private FieldEnd Next(ReadOnlyMemory<char> line, ref int at, out ReadOnlyMemory<char> field)
    {
        var text = line.Span;
        while (_skipSpaces && at < text.Length && text[at] == ' ')
            at++;
        var closed = true;
        if (format.AllowQuoting && at < text.Length && text[at] == '"')
        {
            field = Quoted(text, ref at, out closed).AsMemory();
        }
        else
        {
            var length = text[at..].IndexOfAny(format.Separators);
            field = line.Slice(at, length < 0 ? text.Length - at : length);
            at += field.Length;
        }
        return !closed ? FieldEnd.InsideQuotes : at++ < text.Length ? FieldEnd.Separator : FieldEnd.Line;
    }

    /// <summary>A field between quotes; if it is not closed, or something else than a separator follows, it counts as empty.</summary>
    private string Quoted(ReadOnlySpan<char> text, ref int at, out bool closed)
    {
        var value = new StringBuilder();
        closed = false;
        for (at++; at < text.Length && !closed; at++)
        {
            var escapes = text[at] == format.EscapeChar && at + 1 < text.Length && (format.EscapeChar != '"' || text[at + 1] == '"');
            if (escapes && text[++at] != '"')
                value.Append(format.EscapeChar).Append(text[at]);
            else if (!escapes && text[at] == '"')
                closed = true;
            else
                value.Append(text[at]);
        }

        var clean = closed;
        for (; at < text.Length && !format.Separators.Contains(text[at]); at++)
            clean &= text[at] == ' ';
        return clean ? value.ToString() : "";
    }
}
