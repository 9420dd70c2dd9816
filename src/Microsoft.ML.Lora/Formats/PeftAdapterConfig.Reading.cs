using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora.Formats;

/// <content>Reading and checking.</content>
internal sealed partial record PeftAdapterConfig
{
    private const int MaxBytes = 4_000_000;
    private const int MaxDepth = 16;

    /// <summary>The highest rank that a file may ask for.</summary>
    public const int MaxRank = 65_536;

    // Each is an expression, which costs time.
    private const int MostPatterns = 1000;

    /// <summary>Reads and checks a configuration file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a LoRA configuration this library can honour; the message names the field.</exception>
    public static PeftAdapterConfig Read(string path) => From(UntrustedJson.ReadFile(path, MaxBytes, MaxDepth));

    /// <summary>Parses and checks a configuration.</summary>
    /// <param name="utf8">The content of the file.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="InvalidDataException">It is not a LoRA configuration this library can honour; the message names the field.</exception>
    public static PeftAdapterConfig Parse(ReadOnlySpan<byte> utf8, string name) => From(UntrustedJson.Parse(utf8, name, MaxBytes, MaxDepth));

    private static PeftAdapterConfig From(JsonFields fields)
    {
        var type = fields.Require(fields.String("peft_type"), "peft_type");
        if (type != PeftType)
            throw new InvalidDataException($"{fields.File}: 'peft_type' is {type}; only adapters of type {PeftType} can be read.");
        var config = new PeftAdapterConfig
        {
            TaskType = fields.String("task_type"),
            Rank = fields.Require(fields.Int("r"), "r"),
            Alpha = fields.Require(fields.Double("lora_alpha"), "lora_alpha"),
            Dropout = fields.Double("lora_dropout") ?? 0,
            TargetModules = Modules(fields, "target_modules"),
            ExcludeModules = Modules(fields, "exclude_modules"),
            ModulesToSave = fields.Strings("modules_to_save"),
            Bias = fields.String("bias") ?? "none",
            FanInFanOut = fields.Bool("fan_in_fan_out") ?? false,
            UseRslora = fields.Bool("use_rslora") ?? false,
            UseDora = fields.Bool("use_dora") ?? false,
            InitLoraWeights = Initialisation(fields),
            LayersToTransform = OneOrMore(fields, "layers_to_transform", JsonValueKind.Number, name => fields.Int(name)!.Value, fields.Ints),
            LayersPattern = OneOrMore(fields, "layers_pattern", JsonValueKind.String, name => fields.String(name)!, fields.Strings),
            RankPattern = fields.IntMap("rank_pattern") ?? new Dictionary<string, int>(),
            AlphaPattern = fields.DoubleMap("alpha_pattern") ?? new Dictionary<string, double>(),
            BaseModelNameOrPath = fields.String("base_model_name_or_path"),
            Revision = fields.String("revision"),
            InferenceMode = fields.Bool("inference_mode") ?? true,
            OtherFields = KeepOtherFields(fields),
        };
        config.Check(fields.File);
        return config;
    }

    /// <summary>Checks the values against each other and against their ranges.</summary>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="InvalidDataException">A value is out of range; the message names the field.</exception>
    internal void Check(string name)
    {
        void Demand(bool holds, string field, object? value, string expected)
        {
            if (!holds) throw new InvalidDataException($"{name}: '{field}' is {value}; it must be {expected}.");
        }
        Demand(Rank is >= 1 and <= MaxRank, "r", Rank, $"in 1 … {MaxRank}");
        Demand(double.IsFinite(Alpha) && Alpha > 0, "lora_alpha", Alpha, "above 0");
        Demand(Dropout is >= 0 and < 1, "lora_dropout", Dropout, "in [0, 1)");
        Demand(Bias is "none" or "all" or "lora_only", "bias", Bias, "none, all or lora_only");
        Demand(KnownInitialisation().IsMatch(InitLoraWeights), "init_lora_weights", InitLoraWeights,
            "true, false, gaussian, eva, olora, orthogonal, mica, pissa, pissa_niter_N, corda, lora_ga or loftq");
        foreach (var index in LayersToTransform ?? []) Demand(index >= 0, "layers_to_transform", index, "0 or more");
        Demand(RankPattern.Count <= MostPatterns, "rank_pattern", $"of {RankPattern.Count} entries", $"of at most {MostPatterns}");
        Demand(AlphaPattern.Count <= MostPatterns, "alpha_pattern", $"of {AlphaPattern.Count} entries", $"of at most {MostPatterns}");
        foreach (var (module, rank) in RankPattern) Demand(rank is >= 1 and <= MaxRank, $"rank_pattern.{module}", rank, $"in 1 … {MaxRank}");
        foreach (var (module, alpha) in AlphaPattern)
            Demand(double.IsFinite(alpha) && alpha > 0, $"alpha_pattern.{module}", alpha, "above 0");
        if (TargetModules?.Pattern != null && LayersToTransform is { Count: > 0 })
            throw new InvalidDataException($"{name}: 'layers_to_transform' needs 'target_modules' to be a list of names, not an expression.");
    }

    private static PeftModules? Modules(JsonFields fields, string field) => fields.Find(field)?.ValueKind switch
    {
        null => null,
        JsonValueKind.String => fields.String(field) is var pattern && string.IsNullOrWhiteSpace(pattern)
            ? throw fields.Wrong(field, "a list of names or an expression") : PeftModules.Matching(pattern),
        JsonValueKind.Array => PeftModules.Named(fields.Strings(field)!),
        _ => throw fields.Wrong(field, "a list of names or a text"),
    };

    private static string Initialisation(JsonFields fields) => fields.Find("init_lora_weights")?.ValueKind switch
    {
        null or JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.String => fields.String("init_lora_weights")!,
        _ => throw fields.Wrong("init_lora_weights", "true, false or a name"),
    };

    private static IReadOnlyList<T>? OneOrMore<T>(
        JsonFields fields, string field, JsonValueKind single, Func<string, T> one, Func<string, IReadOnlyList<T>?> many) =>
        fields.Find(field)?.ValueKind == single ? [one(field)] : many(field);

    [GeneratedRegex("^(true|false|gaussian|eva|olora|orthogonal|mica|pissa|pissa_niter_[0-9]{1,4}|corda|lora_ga|loftq)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex KnownInitialisation();
}
