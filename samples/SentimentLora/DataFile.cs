using Microsoft.ML;
using Microsoft.ML.Data;

namespace SentimentLoraSample;

/// <summary>A tab-separated file with a header, read into the columns Text, Text2 (for pairs) and Sentiment.</summary>
internal static class DataFile
{
    /// <summary>Loads the columns that the command line names.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">The columns' names in the file.</param>
    /// <exception cref="InvalidDataException">The file is empty or lacks a column.</exception>
    public static IDataView Load(MLContext mlContext, string path, SampleOptions options)
    {
        var header = ReadHeader(path);
        var columns = new List<TextLoader.Column>
        {
            new("Text", DataKind.String, IndexOf(options.TextColumn, "--text", header, path)),
            new("Sentiment", DataKind.String, IndexOf(options.LabelColumn, "--label", header, path)),
        };
        if (options.Text2Column != null)
            columns.Insert(1, new("Text2", DataKind.String, IndexOf(options.Text2Column, "--text2", header, path)));
        return mlContext.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [.. columns],
            HasHeader = true,
            Separators = ['\t'],
        }).Load(path);
    }

    private static string[] ReadHeader(string path)
    {
        var line = File.ReadLines(path).FirstOrDefault();
        return string.IsNullOrWhiteSpace(line) ? throw new InvalidDataException($"{path} has no header line.") : line.Split('\t');
    }

    private static int IndexOf(string name, string option, string[] header, string path)
    {
        var index = Array.IndexOf(header, name);
        if (index < 0) index = Array.FindIndex(header, other => other.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? index
            : throw new InvalidDataException($"{path} has no column '{name}'. Its columns are {string.Join(", ", header.Select(h => $"'{h}'"))}; name the right one with {option}.");
    }
}
