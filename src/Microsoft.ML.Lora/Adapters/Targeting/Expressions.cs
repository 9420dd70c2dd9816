using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>
/// Regular expressions of configurations, which may come from strangers' files: they are matched in linear time, or, where they look around or refer
/// back, which takes trying, within a time limit. Python's spelling of a named group is understood.
/// </summary>
internal static class Expressions
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    /// <summary>Matches a whole text.</summary>
    public static Func<string, bool> Whole(string pattern, string field) => Guarded(Create($@"\A(?:{pattern})\z", field), pattern, field);

    /// <summary>Matches a module's path, or its end after a dot.</summary>
    public static Func<string, bool> End(string pattern, string field) =>
        IsName(pattern) ? path => IsEnd(path, pattern) : Guarded(Create($@"\A(?:.*\.)?(?:{pattern})\z", field), pattern, field);

    /// <summary>
    /// The index that follows the first list of the given name in a module's path; the first number at all where there is no name.
    /// </summary>
    public static Func<string, int?> LayerIndex(string? list, string field)
    {
        var regex = Create($@"\A.*?\.(?:{list ?? "[^.]*"})\.([0-9]{{1,9}})\.", field);
        return path =>
        {
            var match = Timed(() => regex.Match(path), list, field);
            return match.Success ? int.Parse(match.Groups[^1].ValueSpan) : null;
        };
    }

    /// <summary>Checks that a text is an expression.</summary>
    /// <exception cref="ArgumentException">It is not; the message says what is wrong with it.</exception>
    public static void Check(string pattern, string field)
    {
        if (!IsName(pattern)) Create(pattern, field);
    }

    // What patterns mostly hold, at a thousandth of an expression's cost. A dot stands for any letter here too.
    private static bool IsName(string pattern) => pattern.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.');

    private static bool IsEnd(string path, string name)
    {
        var start = path.Length - name.Length;
        return (start == 0 || start > 0 && path[start - 1] == '.') && name.Index().All(each => each.Item == '.' || each.Item == path[start + each.Index]);
    }

    private static Regex Create(string pattern, string field)
    {
        pattern = pattern.Replace("(?P<", "(?<", StringComparison.Ordinal);
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{field}: {error.Message}", field, error);
        }
    }

    private static Func<string, bool> Guarded(Regex regex, string pattern, string field) => path => Timed(() => regex.IsMatch(path), pattern, field);

    private static T Timed<T>(Func<T> match, string? pattern, string field)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new ArgumentException($"{field}: matching the expression \"{pattern}\" takes too long; write it with fewer nested repetitions.", field, error);
        }
    }
}
