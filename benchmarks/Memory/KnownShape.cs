using System.Text.Json;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Memory;

/// <summary>The shape of a published base, which can be written with random weights where the base itself is not at hand.</summary>
/// <param name="Name">The base's id on the Hugging Face hub.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record KnownShape(string Name, EncoderConfiguration Shape)
{
    /// <summary>One or more of each family.</summary>
    public static IReadOnlyList<KnownShape> All { get; } =
    [
        Of("FacebookAI/roberta-base", "roberta", 50265, 768, 12, 12, 514),
        Of("FacebookAI/roberta-large", "roberta", 50265, 1024, 24, 16, 514),
        Of("distilbert/distilroberta-base", "roberta", 50265, 768, 6, 12, 514),
        Of("google-bert/bert-base-uncased", "bert", 30522, 768, 12, 12, 512),
        Of("sentence-transformers/all-MiniLM-L6-v2", "bert", 30522, 384, 6, 12, 512),
        Of("distilbert/distilbert-base-uncased", "distilbert", 30522, 768, 6, 12, 512),
    ];

    /// <summary>Writes config.json, float32 weights and a vocabulary of no use but to be there.</summary>
    /// <param name="directory">Gets the base.</param>
    /// <param name="robertaVocabulary">A folder with vocab.json and merges.txt.</param>
    public void Write(string directory, string robertaVocabulary)
    {
        Directory.CreateDirectory(directory);
        if (Shape.ModelType == "roberta")
            foreach (var file in (string[])["vocab.json", "merges.txt"]) File.Copy(Path.Combine(robertaVocabulary, file), Path.Combine(directory, file), overwrite: true);
        else File.WriteAllLines(Path.Combine(directory, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]);
        File.WriteAllText(Path.Combine(directory, "config.json"), JsonSerializer.Serialize(Fields()));

        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var random = new RandomWeights(generator);
        var family = EncoderFamily.Of(Shape.ModelType)!;
        using var model = family.CreateClassifier(random, random, Shape, classes: 2);
        var encoder = model.named_parameters().Where(each => each.name.StartsWith(family.WeightPrefix, StringComparison.Ordinal));
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), encoder.Select(each => (each.name, (Tensor)each.parameter)), SafetensorsWriter.PyTorchMetadata);
    }

    private static KnownShape Of(string name, string family, int vocabulary, int hidden, int layers, int heads, int positions) => new(name, new EncoderConfiguration
    {
        ModelType = family,
        VocabularySize = vocabulary,
        HiddenSize = hidden,
        Layers = layers,
        Heads = heads,
        IntermediateSize = 4 * hidden,
        MaxPositions = positions,
        TokenTypes = family switch { "roberta" => 1, "bert" => 2, _ => 0 },
        PadTokenId = family == "roberta" ? 1 : 0,
        FirstPosition = family == "roberta" ? 2 : 0,
    });

    // DistilBERT has names of its own.
    private Dictionary<string, object> Fields() => new()
    {
        ["model_type"] = Shape.ModelType,
        ["vocab_size"] = Shape.VocabularySize,
        ["max_position_embeddings"] = Shape.MaxPositions,
        ["pad_token_id"] = Shape.PadTokenId,
        ["type_vocab_size"] = Shape.TokenTypes,
        [Shape.ModelType == "distilbert" ? "dim" : "hidden_size"] = Shape.HiddenSize,
        [Shape.ModelType == "distilbert" ? "n_layers" : "num_hidden_layers"] = Shape.Layers,
        [Shape.ModelType == "distilbert" ? "n_heads" : "num_attention_heads"] = Shape.Heads,
        [Shape.ModelType == "distilbert" ? "hidden_dim" : "intermediate_size"] = Shape.IntermediateSize,
        [Shape.ModelType == "distilbert" ? "activation" : "hidden_act"] = "gelu",
    };
}
