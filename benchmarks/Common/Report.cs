using System.Text.Json;

namespace Microsoft.ML.Lora.Benchmarks.Common;

/// <summary>Prints figures as a table in Markdown, and writes them as JSON where asked to.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Prints a table: the first column to the left, the others to the right.</summary>
    public static void Print(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(header).ToList();
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToList();
        string Line(IReadOnlyList<string> cells) =>
            "| " + string.Join(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
        Console.WriteLine(Line(lines[0]));
        Console.WriteLine("|" + string.Join("|", widths.Select((width, column) => new string('-', width + (column == 0 ? 2 : 1)) + (column == 0 ? "" : ":"))) + "|");
        foreach (var line in lines.Skip(1)) Console.WriteLine(Line(line));
    }

    /// <summary>Writes figures where <c>--json</c> says.</summary>
    public static void Write<T>(FileInfo? file, T figures)
    {
        if (file is not null) File.WriteAllBytes(file.FullName, JsonSerializer.SerializeToUtf8Bytes(figures, Layout));
    }
}
