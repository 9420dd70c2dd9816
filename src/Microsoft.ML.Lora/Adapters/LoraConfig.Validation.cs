using Microsoft.ML.Lora.Adapters.Targeting;

namespace Microsoft.ML.Lora.Adapters;

public sealed partial record LoraConfig
{
    /// <summary>Checks every field.</summary>
    /// <exception cref="ArgumentException">A field is out of its range, or two do not go together; the message names them.</exception>
    public void Validate()
    {
        Demand(Rank >= 1, nameof(Rank), Rank, "at least 1");
        Demand(IsPositive(Alpha), nameof(Alpha), Alpha, "above 0");
        Demand(Dropout is >= 0 and < 1, nameof(Dropout), Dropout, "at least 0 and below 1");
        Demand(IsPositive(LoraPlusRatio), nameof(LoraPlusRatio), LoraPlusRatio, "above 0");
        Demand(Enum.IsDefined(Bias), nameof(Bias), Bias, "None, All or LoraOnly");
        Demand(Enum.IsDefined(Initialization), nameof(Initialization), Initialization, "Kaiming, Gaussian, None, Pissa or Olora");
        foreach (var (module, rank) in RankPattern) Demand(rank >= 1, $"{nameof(RankPattern)}[{module}]", rank, "at least 1");
        foreach (var (module, alpha) in AlphaPattern) Demand(IsPositive(alpha), $"{nameof(AlphaPattern)}[{module}]", alpha, "above 0");
        foreach (var index in LayersToTransform ?? []) Demand(index >= 0, nameof(LayersToTransform), index, "0 or more");
        CheckNames();
        CheckPatterns();
        CheckCombinations();
    }

    private void CheckNames()
    {
        if (TargetModules is null || TargetModules.Names is { Count: 0 })
            throw new ArgumentException($"{nameof(TargetModules)} must name at least one module.", nameof(TargetModules));
        NoneIsEmpty(TargetModules.Names, nameof(TargetModules));
        NoneIsEmpty(ExcludeModules?.Names, nameof(ExcludeModules));
        NoneIsEmpty(ModulesToSave, nameof(ModulesToSave));
        NoneIsEmpty(LayersPattern, nameof(LayersPattern));
    }

    private void CheckPatterns()
    {
        if (TargetModules.Pattern is { } target) Expressions.Check(target, nameof(TargetModules));
        if (ExcludeModules?.Pattern is { } exclude) Expressions.Check(exclude, nameof(ExcludeModules));
        foreach (var key in RankPattern.Keys) Expressions.Check(key, nameof(RankPattern));
        foreach (var key in AlphaPattern.Keys) Expressions.Check(key, nameof(AlphaPattern));
        foreach (var name in LayersPattern ?? []) Expressions.Check(name, nameof(LayersPattern));
    }

    private void CheckCombinations()
    {
        if (LayersToTransform is { Count: > 0 } && TargetModules.Pattern is not null)
            throw new ArgumentException(
                $"{nameof(LayersToTransform)} needs {nameof(TargetModules)} to be a list of names; put the indices into the expression instead.",
                nameof(LayersToTransform));
        if (LayersPattern is { Count: > 0 } && LayersToTransform is not { Count: > 0 })
            throw new ArgumentException($"{nameof(LayersPattern)} says where {nameof(LayersToTransform)} count, which is not set.", nameof(LayersPattern));
        if (UseDora && Initialization is LoraInitialization.Pissa or LoraInitialization.Olora)
            throw new ArgumentException(
                $"{nameof(UseDora)} does not go with the initialisation {Initialization}, which cannot be taken out of a weight whose rows are rescaled.",
                nameof(UseDora));
    }

    private static bool IsPositive(double value) => double.IsFinite(value) && value > 0;

    private static void Demand(bool holds, string field, object value, string expected)
    {
        if (!holds) throw new ArgumentOutOfRangeException(field, value, $"{field} must be {expected}.");
    }

    private static void NoneIsEmpty(IEnumerable<string>? names, string field)
    {
        if (names?.Any(string.IsNullOrWhiteSpace) == true) throw new ArgumentException($"{field} must not hold an empty name.", field);
    }
}
