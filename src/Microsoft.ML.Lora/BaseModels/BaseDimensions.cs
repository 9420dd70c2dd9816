using System.Text.Json;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>The kind and the sizes of a base, as its config.json gives them under the names of its family.</summary>
/// <param name="ModelType">The family, such as roberta; empty where the file does not say.</param>
/// <param name="Sizes">The sizes by name, such as hidden_size.</param>
internal sealed record BaseDimensions(string ModelType, IReadOnlyDictionary<string, int> Sizes)
{
    private const int MaxConfigBytes = 4_000_000;

    private static readonly string[] Names =
    [
        "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "max_position_embeddings", "type_vocab_size",
        "dim", "n_layers", "n_heads", "hidden_dim",
    ];

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="InvalidDataException">It is not sound.</exception>
    public static BaseDimensions Read(string configPath)
    {
        var fields = UntrustedJson.ReadFile(configPath, MaxConfigBytes, maxDepth: 32);
        var sizes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in Names)
            if (fields.Find(name) is { ValueKind: JsonValueKind.Number })
                sizes.Add(name, fields.Int(name)!.Value);
        return new(fields.String("model_type") ?? "", sizes);
    }
}
