using System.Text.Json;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Writes what is kept of a model in Hugging Face's layout, in float16.</summary>
internal static class PretrainedModel
{
    /// <param name="directory">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="scale">See <see cref="ActivationScale"/>.</param>
    public static void Write(string directory, PretrainingModel model, EncoderConfiguration shape, double scale = 1)
    {
        using var scope = NewDisposeScope();
        var weights = ActivationScale.Grow(model.Kept.Select(p => (p.Name, p.Weight.detach())), scale);
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), weights.Select(p => (p.Name, p.Weight.to(ScalarType.Float16))), SafetensorsWriter.PyTorchMetadata);
        AtomicFile.Write(Path.Combine(directory, "config.json"), JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                architectures = new[] { "RobertaForMaskedLM" },
                model_type = "roberta",
                vocab_size = shape.VocabularySize,
                hidden_size = shape.HiddenSize,
                num_hidden_layers = shape.Layers,
                num_attention_heads = shape.Heads,
                intermediate_size = shape.IntermediateSize,
                max_position_embeddings = shape.MaxPositions,
                type_vocab_size = shape.TokenTypes,
                layer_norm_eps = shape.LayerNormEpsilon,
                hidden_act = "gelu",
                hidden_dropout_prob = shape.HiddenDropout,
                attention_probs_dropout_prob = shape.AttentionDropout,
                classifier_dropout = shape.ClassifierDropout,
                bos_token_id = 0,
                pad_token_id = shape.PadTokenId,
                eos_token_id = 2,
                torch_dtype = "float16",
            },
            new JsonSerializerOptions { WriteIndented = true }));
    }
}
