using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// A classifier with its adapter folded in, as a directory that Python's transformers loads: config.json, model.safetensors and the
/// tokenizer's files.
/// </summary>
internal static class MergedModelDirectory
{
    private const string ConfigFileName = "config.json";
    private const string WeightsFileName = "model.safetensors";
    private const int MaxConfigBytes = 4_000_000;

    private static readonly JsonWriterOptions Layout =
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] TokenizerFiles =
        [.. VocabularyForm.All.SelectMany(form => form.Files), VocabularyForm.ConfigName, "tokenizer.json", "special_tokens_map.json", "added_tokens.json"];

    private static readonly HashSet<string> ReplacedFields =
        ["architectures", "id2label", "label2id", "num_labels", "_num_labels", "problem_type", "torch_dtype", "dtype"];

    /// <summary>Writes the directory; each file is there whole or not at all, config.json last.</summary>
    /// <param name="model">The adapted classifier; its active adapters are folded in while the weights are written.</param>
    /// <param name="baseDirectory">Where the base's config.json and the tokenizer's files are.</param>
    /// <param name="directory">Created where needed.</param>
    /// <param name="labels">The names of the classes in order; null where they have none.</param>
    /// <exception cref="InvalidDataException">The base's configuration is malformed.</exception>
    /// <exception cref="NotSupportedException">The base is of a family, or the head of a kind, for which transformers' class is not known
    /// here.</exception>
    /// <exception cref="ArgumentException">There are not as many labels as classes, or two are equal.</exception>
    public static void Write(LoraModel model, string baseDirectory, string directory, IReadOnlyList<string>? labels)
    {
        PeftMapping.RequirePeftHead(model);
        var fields = UntrustedJson.ReadFile(Path.Combine(baseDirectory, ConfigFileName), MaxConfigBytes, maxDepth: 32);
        var modelType = fields.Require(fields.String("model_type"), "model_type");
        var family = EncoderFamily.Of(modelType)
            ?? throw new NotSupportedException($"A merged model can be written for {EncoderFamily.InWords}, not for {modelType}.");
        var classes = Classes(model);
        if (labels is not null && labels.Count != classes)
            throw new ArgumentException($"There are {labels.Count} labels, but the model tells {classes} classes apart.", nameof(labels));
        if (labels is not null && labels.Distinct().Count() < labels.Count)
            throw new ArgumentException("The labels must differ from each other.", nameof(labels));
        var config = Config(fields, family.Architecture, labels ?? [.. Enumerable.Range(0, classes).Select(i => $"LABEL_{i}")]);

        WriteWeights(model, Path.Combine(directory, WeightsFileName));
        foreach (var file in TokenizerFiles.Where(file => File.Exists(Path.Combine(baseDirectory, file))))
            AtomicFile.Write(Path.Combine(directory, file), File.ReadAllBytes(Path.Combine(baseDirectory, file)));
        AtomicFile.Write(Path.Combine(directory, ConfigFileName), config);
    }

    private static void WriteWeights(LoraModel model, string path)
    {
        var wasMerged = model.Merged.Count > 0;
        model.Merge();
        try
        {
            var tensors = ModuleTree.Parameters(model.Model).Select(each => (each.Path, (Tensor)each.Parameter));
            SafetensorsWriter.Write(path, tensors, SafetensorsWriter.PyTorchMetadata);
        }
        finally
        {
            if (!wasMerged) model.Unmerge();
        }
    }

    private static int Classes(LoraModel model)
    {
        var output = ModuleTree.Parameters(model.Model).Last(each => each.Parameter.dim() == 2 && each.Path.StartsWith("classifier", StringComparison.Ordinal));
        return checked((int)output.Parameter.shape[0]);
    }

    private static byte[] Config(JsonFields fields, string architecture, IReadOnlyList<string> labels)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            foreach (var field in fields.All.Where(field => !ReplacedFields.Contains(field.Name))) field.WriteTo(json);
            json.WriteStartArray("architectures");
            json.WriteStringValue(architecture);
            json.WriteEndArray();
            json.WriteStartObject("id2label");
            for (var i = 0; i < labels.Count; i++) json.WriteString($"{i}", labels[i]);
            json.WriteEndObject();
            json.WriteStartObject("label2id");
            for (var i = 0; i < labels.Count; i++) json.WriteNumber(labels[i], i);
            json.WriteEndObject();
            json.WriteString("problem_type", labels.Count == 1 ? "regression" : "single_label_classification");
            json.WriteString("torch_dtype", "float32");
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
