using Microsoft.ML.Lora.Adapters.Combining;
using Microsoft.ML.Lora.Adapters.Initialization;
using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>One adapter out of several.</content>
public sealed partial class LoraModel
{
    /// <summary>Adds an adapter that is a weighted combination of others, as PEFT's add_weighted_adapter does; its scaling is 1.</summary>
    /// <param name="adapter">The new adapter's name.</param>
    /// <param name="parts">The adapters and their weights, which may be negative.</param>
    /// <param name="kind">How they are combined.</param>
    /// <param name="rank">The new rank, for <see cref="CombinationKind.Svd"/> alone; null for the highest of the parts.</param>
    /// <param name="headFrom">The part whose trained modules (such as a head) the new adapter gets; null where at most one part has
    /// any.</param>
    /// <exception cref="ArgumentException">A part is missing or not plain LoRA, the ranks do not fit the kind, or several parts have
    /// trained modules and none was chosen.</exception>
    public void Combine(
        string adapter, IReadOnlyList<(string Adapter, double Weight)> parts, CombinationKind kind = CombinationKind.Svd,
        int? rank = null, string? headFrom = null)
    {
        if (parts is null || parts.Count == 0) throw new ArgumentException("There must be at least one adapter to combine.", nameof(parts));
        if (rank is not null && (kind != CombinationKind.Svd || rank < 1))
            throw new ArgumentException($"A rank of at least 1 can be chosen for {CombinationKind.Svd} alone.", nameof(rank));
        var adapters = parts.Select(part => Find(part.Adapter)).ToList();
        if (adapters.FirstOrDefault(each => each.Config.UseDora) is { } dora)
            throw new ArgumentException($"The adapter \"{dora.Name}\" uses DoRA, whose weights do not add up.", nameof(parts));
        var head = HeadOf(adapters, headFrom);
        var paths = adapters.SelectMany(each => each.Targets).Distinct().Order(StringComparer.Ordinal).ToList();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var combined = paths.ToDictionary(path => path, path => CombinedAt(_layers[path], parts, kind, rank));
        var config = (head ?? adapters[0]).Config with
        {
            Rank = checked((int)combined.Values.Max(pair => pair.A.shape[0])),
            TargetModules = ExactNames.Targets(paths, _model),
            ExcludeModules = null,
            ModulesToSave = head?.Config.ModulesToSave ?? [],
            Initialization = LoraInitialization.Kaiming,
            UseRankStabilizedScaling = false,
            LayersToTransform = null,
            LayersPattern = null,
            RankPattern = new Dictionary<string, int>(),
            AlphaPattern = new Dictionary<string, double>(),
        };
        AddStarted(adapter, config with { Alpha = config.Rank }, (layer, full, _) => Padded(combined[layer.Path], full));
        if (head is null) return;
        foreach (var path in _trained.PathsOf(head.Name).Intersect(_trained.PathsOf(adapter)).ToList())
            _trained.Set(adapter, path, _trained.Value(head.Name, path));
    }

    private static (Tensor A, Tensor B) CombinedAt(
        LoraLayer layer, IReadOnlyList<(string Adapter, double Weight)> parts, CombinationKind kind, int? rank)
    {
        var shares = parts.Where(part => layer.Adapters.ContainsKey(part.Adapter)).Select(part =>
        {
            var weights = layer.Adapters[part.Adapter];
            var (a, b) = weights.Factors();
            return new Share(a.to(ScalarType.Float32), b.to(ScalarType.Float32), part.Weight * weights.Scaling);
        }).ToList();
        var ranks = shares.ConvertAll(share => share.A.shape[0]);
        if (kind == CombinationKind.Linear && ranks.Distinct().Count() > 1)
            throw new ArgumentException(
                $"{CombinationKind.Linear} needs adapters of one rank, but at {layer.Path} they have {string.Join(" and ", ranks)}; "
                + $"use {CombinationKind.Concatenated} or {CombinationKind.Svd}.", nameof(kind));
        return Combination.Of(kind, shares, rank ?? checked((int)ranks.Max()));
    }

    private static StartingPoint Padded((Tensor A, Tensor B) pair, int rank)
    {
        var missing = rank - pair.A.shape[0];
        return missing == 0 ? new(pair.A, pair.B) : new(
            cat([pair.A, zeros([missing, pair.A.shape[1]], device: pair.A.device)], 0),
            cat([pair.B, zeros([pair.B.shape[0], missing], device: pair.B.device)], 1));
    }

    private static NamedAdapter? HeadOf(List<NamedAdapter> adapters, string? headFrom)
    {
        var withHead = adapters.Where(each => each.Units.Count > 0).Distinct().ToList();
        if (headFrom is not null)
            return withHead.FirstOrDefault(each => each.Name == headFrom)
                ?? throw new ArgumentException($"The adapter \"{headFrom}\" is not among the parts, or has no trained modules.", nameof(headFrom));
        if (withHead.Count > 1)
            throw new ArgumentException(
                $"The adapters {string.Join(", ", withHead.Select(each => each.Name))} each have trained modules, which cannot be combined; "
                + "say whose are to be kept.", nameof(headFrom));
        return withHead.FirstOrDefault();
    }
}
