using System.Text.Json;

namespace Microsoft.ML.Lora.Formats;

/// <summary>An <c>adapter_config.json</c> of the Python package peft, for the adapter type LORA. Defaults are peft's.</summary>
internal sealed partial record PeftAdapterConfig
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>The only adapter type this reads and writes.</summary>
    public const string PeftType = "LORA";

    /// <summary>What the adapter is for, such as SEQ_CLS; null where the file does not say.</summary>
    public string? TaskType { get; init; }

    /// <summary>The rank of the decomposition, at least 1.</summary>
    public required int Rank { get; init; }

    /// <summary>The numerator of the scaling, above 0.</summary>
    public required double Alpha { get; init; }

    /// <summary>The dropout on the adapter's input while training, in [0, 1).</summary>
    public double Dropout { get; init; }

    /// <summary>The modules that carry an adapter; null leaves the choice to the architecture.</summary>
    public PeftModules? TargetModules { get; init; }

    /// <summary>Modules that carry none although they match.</summary>
    public PeftModules? ExcludeModules { get; init; }

    /// <summary>Modules trained in full and stored with the adapter.</summary>
    public IReadOnlyList<string>? ModulesToSave { get; init; }

    /// <summary>Which biases were trained: none, all or lora_only.</summary>
    public string Bias { get; init; } = "none";

    /// <summary>Whether targeted layers keep their weight as [in, out], as GPT-2's do.</summary>
    public bool FanInFanOut { get; init; }

    /// <summary>Whether the scaling is alpha / sqrt(r) instead of alpha / r.</summary>
    public bool UseRslora { get; init; }

    /// <summary>Whether weights are decomposed into magnitude and direction.</summary>
    public bool UseDora { get; init; }

    /// <summary>
    /// How the adapter began: "true" (peft's default), "false" (no start at zero), or a name such as gaussian, pissa, olora. Beware: with pissa,
    /// pissa_niter_N, olora, corda, lora_ga and loftq an adapter that was not converted when saved belongs to a base whose weights were changed at
    /// the start.
    /// </summary>
    public string InitLoraWeights { get; init; } = "true";

    /// <summary>The indices of the layers that carry an adapter; null means all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>The names of the lists that those indices count in; null means the usual ones.</summary>
    public IReadOnlyList<string>? LayersPattern { get; init; }

    /// <summary>Ranks that differ from <see cref="Rank"/>, by module name or regular expression.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas that differ from <see cref="Alpha"/>, by module name or regular expression.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>The hub id or path of the base the adapter was trained on.</summary>
    public string? BaseModelNameOrPath { get; init; }

    /// <summary>The revision of that base on the hub.</summary>
    public string? Revision { get; init; }

    /// <summary>Whether the adapter was saved for use rather than for further training.</summary>
    public bool InferenceMode { get; init; } = true;

    /// <summary>Fields this library does not use and which do not change the result, as they stood in the file; written again.</summary>
    public IReadOnlyDictionary<string, JsonElement> OtherFields { get; init; } = new Dictionary<string, JsonElement>();
}
