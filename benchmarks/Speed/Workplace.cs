using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Benchmarks.Speed;

/// <summary>
/// A folder with what both programs read: a base of RoBERTa-base's shape with random weights in Hugging Face layout, and rows of the data as token ids.
/// The base is written once and kept.
/// </summary>
/// <param name="Folder">Where.</param>
internal sealed record Workplace(string Folder)
{
    private const int MaxLength = 512;

    /// <summary>The base.</summary>
    public string Base => Path.Combine(Folder, "base");

    /// <summary>The base's configuration.</summary>
    public string Config => Path.Combine(Base, "config.json");

    /// <summary>The base's weights.</summary>
    public string Weights => Path.Combine(Base, "model.safetensors");

    /// <summary>A saved model on the base.</summary>
    public string Model => Path.Combine(Folder, "model.zip");

    /// <summary>The rows as the peer reads them.</summary>
    public string Ids => Path.Combine(Folder, "rows.ids.jsonl");

    /// <summary>Writes what is not there yet, and the rows anew.</summary>
    /// <param name="tokenizer">A folder with vocab.json and merges.txt.</param>
    /// <param name="texts">The rows.</param>
    public void Prepare(DirectoryInfo tokenizer, LabelledTexts texts)
    {
        Directory.CreateDirectory(Base);
        foreach (var name in (string[])["vocab.json", "merges.txt"])
            if (!File.Exists(Path.Combine(Base, name))) File.Copy(Path.Combine(tokenizer.FullName, name), Path.Combine(Base, name));
        if (!File.Exists(Weights)) WriteBase();
        var names = texts.Labels.Distinct().Order(StringComparer.Ordinal).ToList();
        var rows = texts.Tokenize(TextTokenizer.FromDirectory(Base), names);
        File.WriteAllLines(Ids, rows.Select(row => JsonSerializer.Serialize(new { ids = row.Text.Ids, label = row.Label })));
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<Training.TokenizedRow> Rows() => [.. File.ReadLines(Ids).Select(line =>
    {
        var row = JsonSerializer.Deserialize<JsonElement>(line);
        var ids = row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).Take(MaxLength).ToArray();
        return new Training.TokenizedRow(new TokenizedText(ids, ids.Length, false), row.GetProperty("label").GetInt32());
    })];

    private void WriteBase()
    {
        using var shape = Classifiers.Open(Arguments.RobertaBaseShape, classes: 2, seed: 1);
        var encoder = shape.Model.named_parameters().Where(each => each.name.StartsWith("roberta.", StringComparison.Ordinal));
        SafetensorsWriter.Write(Weights, encoder.Select(each => (each.name, (TorchSharp.torch.Tensor)each.parameter)), SafetensorsWriter.PyTorchMetadata);
        var configuration = shape.Model.Configuration;
        File.WriteAllText(Config, JsonSerializer.Serialize(new
        {
            model_type = configuration.ModelType,
            vocab_size = configuration.VocabularySize,
            hidden_size = configuration.HiddenSize,
            num_hidden_layers = configuration.Layers,
            num_attention_heads = configuration.Heads,
            intermediate_size = configuration.IntermediateSize,
            max_position_embeddings = configuration.MaxPositions,
            type_vocab_size = configuration.TokenTypes,
            layer_norm_eps = configuration.LayerNormEpsilon,
            pad_token_id = configuration.PadTokenId,
            bos_token_id = 0,
            eos_token_id = 2,
            hidden_act = "gelu",
            hidden_dropout_prob = configuration.HiddenDropout,
            attention_probs_dropout_prob = configuration.AttentionDropout,
        }));
    }
}
