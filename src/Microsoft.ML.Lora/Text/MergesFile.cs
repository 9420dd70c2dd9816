using System.Text;

namespace Microsoft.ML.Lora.Text;

/// <summary>Reads merges.txt: the pairs of tokens that merge, one a line, "left right", in order of rank, after an optional "#version" line.</summary>
internal static class MergesFile
{
    /// <summary>The merges, each fit for the vocabulary.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The tokens and their ids.</param>
    /// <param name="special">The special tokens, which no text may spell, so no merge may give one.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is malformed, names a token that the vocabulary lacks, or occurs twice.</exception>
    public static List<string> Read(string path, IReadOnlyDictionary<string, int> vocabulary, params IReadOnlyCollection<string> special)
    {
        var merges = new List<string>();
        var lineOf = new Dictionary<string, int>(StringComparer.Ordinal);
        using var reader = new StreamReader(new MemoryStream(VocabularyFile.ReadBytes(path)), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            for (var line = 1; reader.ReadLine() is { } merge; line++)
            {
                if (merge.Length == 0 || line == 1 && merge.StartsWith("#version", StringComparison.Ordinal)) continue;
                Check(path, line, merge, vocabulary);
                if (special.Contains(merge.Replace(" ", ""))) throw VocabularyFile.Bad(path, line, $"the merge '{merge}' spells a special token");
                if (!lineOf.TryAdd(merge, line)) throw VocabularyFile.Bad(path, line, $"the merge '{merge}' stands on line {lineOf[merge]} already");
                merges.Add(merge);
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: not valid UTF-8.", e);
        }
        return merges;
    }

    private static void Check(string path, int line, string merge, IReadOnlyDictionary<string, int> vocabulary)
    {
        if (merge.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
            throw VocabularyFile.Bad(path, line, $"'{merge}' is not two tokens with one space between them");
        foreach (var token in (ReadOnlySpan<string>)[left, right, left + right])
            if (!vocabulary.ContainsKey(token))
                throw VocabularyFile.Bad(path, line, $"the merge '{merge}' needs the token '{token}', which the vocabulary lacks");
    }
}
