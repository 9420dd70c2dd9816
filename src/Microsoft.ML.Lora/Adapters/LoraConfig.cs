namespace Microsoft.ML.Lora.Adapters;

/// <summary>What a low-rank adapter is made of; the names are PEFT's LoraConfig's.</summary>
public sealed record LoraConfig
{
    /// <summary>r: the inner size of the low-rank product. From 1 to the smaller side of each adapted matrix. Default: 8.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>lora_alpha: the product is scaled by alpha / rank. Above 0. Default: 16.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>lora_dropout: the share of the adapter's input that is dropped in training. From 0 to below 1. Default: 0.</summary>
    public double Dropout { get; init; }

    /// <summary>target_modules: a module is adapted when its path is one of these or ends in "." and one of these. Default: query, value.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = ["query", "value"];

    /// <summary>modules_to_save: modules of these names are trained in full and saved with the adapter. Default: none.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>The factor before B A: alpha / rank.</summary>
    public double Scaling => Alpha / Rank;

    /// <summary>Checks every field.</summary>
    /// <exception cref="ArgumentException">A field is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (Rank < 1) throw new ArgumentOutOfRangeException(nameof(Rank), Rank, "Rank must be at least 1.");
        if (!(Alpha > 0) || !double.IsFinite(Alpha)) throw new ArgumentOutOfRangeException(nameof(Alpha), Alpha, "Alpha must be above 0.");
        if (!(Dropout >= 0 && Dropout < 1)) throw new ArgumentOutOfRangeException(nameof(Dropout), Dropout, "Dropout must be at least 0 and below 1.");
        CheckNames(TargetModules, nameof(TargetModules), mayBeEmpty: false);
        CheckNames(ModulesToSave, nameof(ModulesToSave), mayBeEmpty: true);
    }

    private static void CheckNames(IReadOnlyList<string> names, string field, bool mayBeEmpty)
    {
        if (names is null || !mayBeEmpty && names.Count == 0)
            throw new ArgumentException($"{field} must name at least one module.", field);
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException($"{field} must not hold an empty name.", field);
    }
}
