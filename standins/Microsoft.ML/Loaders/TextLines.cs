using System.Text;

namespace Microsoft.ML.Data;

/// <summary>
/// The lines of text files that hold rows: not the header, not empty lines, not comments (lines that begin with // and, before the
/// first row, with #). A line may go on where a quoted field does.
/// </summary>
internal static class TextLines
{
    public static IEnumerable<(string Text, long Number)> Read(IMultiStreamSource files, TextFormat format)
    {
        long rows = 0;
        for (var file = 0; file < files.Count && rows < format.MaxRows; file++)
        {
            var header = format.HasHeader;
            using var reader = files.OpenTextReader(file);
            foreach (var line in ReadFile(reader, format))
            {
                if (header)
                {
                    header = false;
                    continue;
                }
                yield return line;
                if (++rows >= format.MaxRows)
                    break;
            }
        }
    }

    /// <summary>The first lines of the first file, the header among them.</summary>
    public static List<string> Peek(IMultiStreamSource files, TextFormat format, int count)
    {
        if (files.Count == 0)
            return [];
        using var reader = files.OpenTextReader(0);
        return [.. ReadFile(reader, format).Take(count).Select(line => line.Text)];
    }

    private static IEnumerable<(string Text, long Number)> ReadFile(TextReader reader, TextFormat format)
    {
        var started = false;
        for (long number = 1; ; number++)
        {
            var line = reader.ReadLine();
            if (line == null)
                yield break;
            if (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal) || !started && line[0] == '#')
                continue;
            started = true;
            yield return (format.ReadMultilines ? Complete(line, reader, format, number) : line, number);
        }
    }

    private static string Complete(string line, TextReader reader, TextFormat format, long number)
    {
        if (!TextFields.EndsInsideQuotes(line, format))
            return line;
        var text = new StringBuilder(line);
        do
        {
            text.Append('\n').Append(reader.ReadLine() ?? throw Fail.Mark(new EndOfStreamException(
                $"A quoted field opened on line {number} was never closed, and we've read to the last line in the file without finding the "
                + "closing quote")));
        }
        while (TextFields.EndsInsideQuotes(text.ToString(), format));
        return text.ToString();
    }
}
