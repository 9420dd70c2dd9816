using System.Text;

namespace Microsoft.ML.Lora.Text;

/// <summary>Reads vocab.txt: a token a line, whose id is the line's number from 0.</summary>
internal static class WordPieceFile
{
    /// <summary>The tokens and their ids, and the number of ids.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The file's bytes.</param>
    /// <exception cref="InvalidDataException">A token occurs twice, or the file is not UTF-8.</exception>
    public static (Dictionary<string, int> Vocabulary, int Size) Parse(string path, byte[] content)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        using var reader = new StreamReader(new MemoryStream(content), new UTF8Encoding(false, throwOnInvalidBytes: true));
        var size = 0;
        try
        {
            for (var id = 0; reader.ReadLine() is { } token; id++)
            {
                if (token.Length == 0) continue;
                if (!vocabulary.TryAdd(token, id)) throw VocabularyFile.Bad(path, id + 1, $"token '{token}' stands on line {vocabulary[token] + 1} already");
                size = id + 1;
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: not valid UTF-8.", e);
        }
        return (vocabulary, size);
    }
}
