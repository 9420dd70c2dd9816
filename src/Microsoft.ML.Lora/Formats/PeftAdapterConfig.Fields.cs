using System.Text.Json;

namespace Microsoft.ML.Lora.Formats;

/// <content>Which fields there are, and what is done with those that this library has no use for.</content>
internal sealed partial record PeftAdapterConfig
{
    private static readonly HashSet<string> TypedFields =
    [
        "peft_type", "task_type", "r", "lora_alpha", "lora_dropout", "target_modules", "exclude_modules", "modules_to_save", "bias", "fan_in_fan_out",
        "use_rslora", "use_dora", "init_lora_weights", "layers_to_transform", "layers_pattern", "rank_pattern", "alpha_pattern",
        "base_model_name_or_path", "revision", "inference_mode",
    ];

    /// <summary>Set or not, these leave what a trained adapter computes as it is.</summary>
    private static readonly HashSet<string> HarmlessFields =
    [
        "peft_version", "auto_mapping", "base_model_class", "parent_library",
        "megatron_core",        // the name of a module that only megatron_config would use
        "qalora_group_size",    // read only with use_qalora
        "eva_config",           // how training began; the ranks it chose are in rank_pattern
        "corda_config", "lora_ga_config", "loftq_config",   // read only with the init_lora_weights of their names
        "runtime_config",       // where computations take place
    ];

    private static Dictionary<string, JsonElement> KeepOtherFields(JsonFields fields)
    {
        var kept = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in fields.All)
        {
            if (TypedFields.Contains(field.Name)) continue;
            if (!HarmlessFields.Contains(field.Name) && !IsUnset(field.Value))
                throw new InvalidDataException($"{fields.File}: '{field.Name}' is set to {JsonFields.Describe(field.Value)}. "
                    + "This library does not support it, and without it the adapter would compute something else.");
            kept.Add(field.Name, field.Value);
        }
        return kept;
    }

    private static bool IsUnset(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };
}
