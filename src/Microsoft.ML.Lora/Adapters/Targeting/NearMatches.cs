namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>Names like one that was not found.</summary>
internal static class NearMatches
{
    private const int Most = 5;

    /// <summary>
    /// " Did you mean …?" with the nearest of <paramref name="paths"/> or their ends of as many parts as the name has; empty where nothing
    /// is near.
    /// </summary>
    public static string Hint(string name, IEnumerable<string> paths)
    {
        var parts = name.Count(letter => letter == '.') + 1;
        var farthest = Math.Max(2, name.Length / 2);
        var near = paths
            .SelectMany(path => new[] { path, string.Join('.', path.Split('.').TakeLast(parts)) })
            .Distinct()
            .Where(candidate => Math.Abs(candidate.Length - name.Length) <= farthest)
            .Select(candidate => (Candidate: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(each => each.Distance <= farthest)
            .OrderBy(each => each.Distance).ThenBy(each => each.Candidate, StringComparer.Ordinal)
            .Take(Most)
            .Select(each => each.Candidate)
            .ToList();
        return near.Count == 0 ? "" : $" Did you mean {string.Join(", ", near)}?";
    }

    /// <summary>The least number of letters to insert, delete or replace that makes one text of the other (Levenshtein).</summary>
    public static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
