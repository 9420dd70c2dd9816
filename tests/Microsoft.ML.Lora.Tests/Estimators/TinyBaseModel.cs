using System.Text.Json;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Tests.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>A base model in a temporary folder: a byte-level tokenizer with a few words, and random weights.</summary>
internal sealed class TinyBaseModel : IDisposable
{
    private readonly TinyTokenizer _tokenizer = new("g o", "go o", "goo d", "b a", "ba d", "Ġ good", "Ġ bad");

    public TinyBaseModel(int hiddenSize = 16, int layers = 2, ulong seed = 1)
    {
        var configuration = Tiny.Configuration with
        {
            VocabularySize = _tokenizer.Vocabulary.Count,
            HiddenSize = hiddenSize,
            Layers = layers,
            MaxPositions = 66,
        };
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Tiny.Classifier(classes: 2, seed, configuration);
        // Larger weights than a fresh model's tell tokens apart without training.
        var weights = model.named_parameters()
            .Where(p => p.name.StartsWith("roberta.", StringComparison.Ordinal))
            .Select(p => (p.name, p.parameter.dim() > 1 ? p.parameter * 10 : p.parameter));
        SafetensorsWriter.Write(WeightsPath, weights, SafetensorsWriter.PyTorchMetadata);
        File.WriteAllText(Path.Combine(Directory, "config.json"), JsonSerializer.Serialize(new
        {
            model_type = "roberta",
            vocab_size = configuration.VocabularySize,
            hidden_size = configuration.HiddenSize,
            num_hidden_layers = configuration.Layers,
            num_attention_heads = configuration.Heads,
            intermediate_size = configuration.IntermediateSize,
            max_position_embeddings = configuration.MaxPositions,
        }));
    }

    /// <summary>A base of 2 layers; 64 wide in a soak.</summary>
    public static TinyBaseModel ForSoak() => new(hiddenSize: Soak.Full ? 64 : 16);

    public string Directory => _tokenizer.Folder.FullName;
    public string WeightsPath => Path.Combine(Directory, "model.safetensors");
    public BaseModel Base => BaseModel.FromDirectory(Directory);

    public void Dispose() => _tokenizer.Dispose();
}
