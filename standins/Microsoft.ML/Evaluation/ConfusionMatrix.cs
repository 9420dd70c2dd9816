using System.Text;

namespace Microsoft.ML.Data;

/// <summary>How many rows of each class were assigned to each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly string[] _names;
    private string _table;

    internal ConfusionMatrix(double[][] counts, string[] names)
    {
        _names = names;
        Counts = counts;
        NumberOfClasses = counts.Length;
        PerClassRecall = [.. counts.Select((row, i) => Share(row[i], row.Sum()))];
        PerClassPrecision = [.. counts.Select((row, i) => Share(row[i], counts.Sum(other => other[i])))];
    }

    public IReadOnlyList<double> PerClassPrecision { get; }

    public IReadOnlyList<double> PerClassRecall { get; }

    /// <summary>Rows by actual class, columns by predicted class.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    public int NumberOfClasses { get; }

    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        const string message = "Invalid index. Should be non-negative, less than the number of classes.";
        Check.Param((uint)predictedClassIndicatorIndex < NumberOfClasses, nameof(predictedClassIndicatorIndex), message);
        Check.Param((uint)actualClassIndicatorIndex < NumberOfClasses, nameof(actualClassIndicatorIndex), message);
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    public string GetFormattedConfusionTable() => _table ??= Format();

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;

    /// <summary>A table with class names in the header, or their numbers where a name is too long for its column.</summary>
    private string Format()
    {
        const int titleWidth = 9;
        var columnWidth = NumberOfClasses == 2 ? 8 : 5;
        var longest = _names.Max(name => name.Length);
        var numbered = longest > columnWidth;
        var digits = (NumberOfClasses - 1).ToString().Length;
        var rowWidth = Math.Max(titleWidth, numbered ? longest + digits + 2 : longest);
        var padding = new string(' ', rowWidth - titleWidth);
        var rule = new StringBuilder().Insert(0, NumberOfClasses > 2 ? "========" : "===========", NumberOfClasses);

        var table = new StringBuilder();
        table.AppendLine().AppendLine("Confusion table");
        table.AppendLine($"          {padding}||{rule}");
        table.Append($"PREDICTED {padding}||");
        for (var i = 0; i < NumberOfClasses; i++)
            table.Append($" {(numbered ? i.ToString() : _names[i]).PadLeft(columnWidth)} |");
        table.AppendLine(" Recall");
        table.AppendLine($"TRUTH     {padding}||{rule}");
        for (var i = 0; i < NumberOfClasses; i++)
        {
            var name = numbered
                ? $"{i.ToString().PadLeft(digits)}. {_names[i].PadLeft(rowWidth - digits - 2)}"
                : _names[i].PadLeft(rowWidth);
            table.Append($"{name} ||");
            foreach (var count in Counts[i])
                table.Append($" {count.ToString("N0").PadLeft(columnWidth)} |");
            table.AppendLine($" {PerClassRecall[i],5:F4}");
        }
        table.AppendLine($"          {padding}||{rule}");
        table.Append($"Precision {padding}||");
        foreach (var precision in PerClassPrecision)
            table.Append($"{precision.ToString("N4").PadLeft(columnWidth + 1)} |");
        return table.AppendLine().ToString();
    }
}
