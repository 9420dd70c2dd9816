using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.Lora.Formats;

/// <content>Writing: fields sorted by name and indented by two, as peft writes them; patterns in their order, since the first match counts.</content>
internal sealed partial record PeftAdapterConfig
{
    private static readonly JsonWriterOptions Layout =
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The content of the file, in UTF-8.</summary>
    /// <exception cref="InvalidDataException">A value is out of range; the message names the field.</exception>
    public byte[] ToUtf8()
    {
        Check(FileName);
        var fields = new SortedDictionary<string, Action<Utf8JsonWriter>>(StringComparer.Ordinal)
        {
            ["peft_type"] = json => json.WriteStringValue(PeftType),
            ["task_type"] = json => json.WriteStringValue(TaskType),
            ["r"] = json => json.WriteNumberValue(Rank),
            ["lora_alpha"] = json => json.WriteNumberValue(Alpha),
            ["lora_dropout"] = json => WriteFraction(json, Dropout),
            ["target_modules"] = json => Write(json, TargetModules),
            ["exclude_modules"] = json => Write(json, ExcludeModules),
            ["modules_to_save"] = json => Write(json, ModulesToSave, json.WriteStringValue),
            ["bias"] = json => json.WriteStringValue(Bias),
            ["fan_in_fan_out"] = json => json.WriteBooleanValue(FanInFanOut),
            ["use_rslora"] = json => json.WriteBooleanValue(UseRslora),
            ["use_dora"] = json => json.WriteBooleanValue(UseDora),
            ["init_lora_weights"] = WriteInitialisation,
            ["layers_to_transform"] = json => Write(json, LayersToTransform, json.WriteNumberValue),
            ["layers_pattern"] = json => Write(json, LayersPattern, json.WriteStringValue),
            ["rank_pattern"] = json => Write(json, RankPattern, json.WriteNumberValue),
            ["alpha_pattern"] = json => Write(json, AlphaPattern, json.WriteNumberValue),
            ["base_model_name_or_path"] = json => json.WriteStringValue(BaseModelNameOrPath),
            ["revision"] = json => json.WriteStringValue(Revision),
            ["inference_mode"] = json => json.WriteBooleanValue(InferenceMode),
        };
        foreach (var (name, value) in OtherFields) fields.TryAdd(name, value.WriteTo);

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            foreach (var (name, write) in fields)
            {
                json.WritePropertyName(name);
                write(json);
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a number that Python is to read as a float.</summary>
    private static void WriteFraction(Utf8JsonWriter json, double value) =>
        json.WriteRawValue(value.ToString(value == 0 ? "0.0" : "R", CultureInfo.InvariantCulture));

    private void WriteInitialisation(Utf8JsonWriter json)
    {
        if (InitLoraWeights is "true" or "false") json.WriteBooleanValue(InitLoraWeights == "true");
        else json.WriteStringValue(InitLoraWeights);
    }

    private static void Write(Utf8JsonWriter json, PeftModules? modules)
    {
        if (modules?.Pattern is { } pattern) json.WriteStringValue(pattern);
        else Write(json, modules?.Names, json.WriteStringValue);
    }

    private static void Write<T>(Utf8JsonWriter json, IReadOnlyList<T>? values, Action<T> write)
    {
        if (values == null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartArray();
        foreach (var value in values) write(value);
        json.WriteEndArray();
    }

    private static void Write<T>(Utf8JsonWriter json, IReadOnlyDictionary<string, T> values, Action<T> write)
    {
        json.WriteStartObject();
        foreach (var (key, value) in values)
        {
            json.WritePropertyName(key);
            write(value);
        }
        json.WriteEndObject();
    }
}
