using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.Lora.Training.Report;

/// <summary>A confusion matrix as an HTML table, shaded by the share of the label's rows; of many classes, those that are confused most.</summary>
internal static class ConfusionTable
{
    private const int MostClasses = 20;

    public static string Of(IReadOnlyList<IReadOnlyList<int>> counts, IReadOnlyList<string>? names)
    {
        string Name(int c) => WebUtility.HtmlEncode(names?[c] ?? (c + 1).ToString(CultureInfo.InvariantCulture));
        var shown = Enumerable.Range(0, counts.Count)
            .OrderByDescending(c => counts.Count <= MostClasses ? 0 : Wrong(counts, c)).Take(MostClasses).Order().ToList();
        var html = new StringBuilder("<div class=\"scroll\"><table class=\"confusion\"><thead><tr><th>label \\ predicted</th>");
        foreach (var c in shown) html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Name(c)}</th>");
        html.Append("<th scope=\"col\">recall</th></tr></thead><tbody>");
        foreach (var label in shown)
        {
            var all = Math.Max(1, counts[label].Sum());
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Name(label)}</th>");
            foreach (var predicted in shown)
            {
                var share = (double)counts[label][predicted] / all;
                html.Append(CultureInfo.InvariantCulture,
                    $"<td class=\"{(label == predicted ? "right" : "wrong")}\" style=\"--share:{share * 100:0}%\">{counts[label][predicted]:N0}</td>");
            }

            html.Append(CultureInfo.InvariantCulture, $"<td>{100.0 * counts[label][label] / all:0.0} %</td></tr>");
        }

        html.Append("</tbody></table></div>");
        if (shown.Count < counts.Count) html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">The {shown.Count} of {counts.Count} classes that are confused most.</p>");
        return html.ToString();
    }

    private static int Wrong(IReadOnlyList<IReadOnlyList<int>> counts, int c) => counts[c].Sum() + counts.Sum(row => row[c]) - 2 * counts[c][c];
}
