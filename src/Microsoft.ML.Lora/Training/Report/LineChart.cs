using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.Lora.Training.Report;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Color">The name of a colour of the page.</param>
/// <param name="Points">Steps and values.</param>
/// <param name="Marked">Whether each point gets a dot.</param>
internal sealed record ChartLine(string Name, string Color, IReadOnlyList<(double X, double Y)> Points, bool Marked = false);

/// <summary>Draws lines over steps as SVG.</summary>
internal static class LineChart
{
    private const double Width = 640;
    private const double Height = 260;
    private const double Left = 56;
    private const double Right = 12;
    private const double Top = 14;
    private const double Bottom = 34;

    /// <summary>The SVG of a chart.</summary>
    /// <param name="label">What screen readers call it.</param>
    /// <param name="lines">At least one, with at least one point.</param>
    /// <param name="markedStep">A step to mark with a vertical line; null for none.</param>
    public static string Of(string label, IReadOnlyList<ChartLine> lines, double? markedStep = null)
    {
        var points = lines.SelectMany(line => line.Points).Where(point => double.IsFinite(point.Y)).ToList();
        var (lastX, xTicks) = (points.Max(point => point.X), Ticks(0, points.Max(point => point.X)));
        var (least, most) = (points.Min(point => point.Y), points.Max(point => point.Y));
        var yTicks = Ticks(least > most / 2 ? least : Math.Min(0, least), most);
        var (low, high) = (yTicks[0], yTicks[^1]);
        double X(double step) => Left + step / lastX * (Width - Left - Right);
        double Y(double value) => Height - Bottom - (value - low) / (high - low) * (Height - Top - Bottom);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(label)}\">");
        foreach (var tick in yTicks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):0.#}\" y2=\"{Y(tick):0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{Left - 8}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{Number(tick)}</text>");
        }

        foreach (var tick in xTicks.Where(tick => tick <= lastX))
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{X(tick):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Number(tick)}</text>");
        if (markedStep is { } marked)
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"best\" x1=\"{X(marked):0.#}\" x2=\"{X(marked):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        foreach (var line in lines) Append(svg, line, X, Y);
        return svg.Append("</svg>").ToString();
    }

    private static void Append(StringBuilder svg, ChartLine line, Func<double, double> x, Func<double, double> y)
    {
        var finite = line.Points.Where(point => double.IsFinite(point.Y)).ToList();
        var path = string.Join(' ', finite.Select(point => string.Create(CultureInfo.InvariantCulture, $"{x(point.X):0.#},{y(point.Y):0.#}")));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line {line.Color}\" points=\"{path}\"/>");
        foreach (var point in line.Marked || finite.Count == 1 ? finite : [])
            svg.Append(CultureInfo.InvariantCulture,
                $"<circle class=\"dot {line.Color}\" cx=\"{x(point.X):0.#}\" cy=\"{y(point.Y):0.#}\" r=\"3.5\"><title>step {point.X:0}: {point.Y:0.####}</title></circle>");
    }

    /// <summary>Round numbers from at most <paramref name="low"/> to at least <paramref name="high"/>.</summary>
    private static List<double> Ticks(double low, double high)
    {
        if (high <= low) high = low + 1;
        var raw = (high - low) / 4;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        var first = (long)Math.Floor(low / step);
        var last = (long)Math.Ceiling(high / step);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) is > 0 and < 0.001 ? "0.#e+0" : "#,0.####", CultureInfo.InvariantCulture);
}
