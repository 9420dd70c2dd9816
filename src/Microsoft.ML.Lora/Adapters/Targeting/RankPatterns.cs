namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>The rank and the alpha that a configuration gives each module.</summary>
internal sealed class RankPatterns(LoraConfig config)
{
    private readonly ModulePattern<int> _ranks = new(config.RankPattern, nameof(config.RankPattern));
    private readonly ModulePattern<double> _alphas = new(config.AlphaPattern, nameof(config.AlphaPattern));

    /// <summary>The rank of the module at <paramref name="path"/>.</summary>
    public int Rank(string path) => _ranks.At(path) ?? config.Rank;

    /// <summary>The factor before B A in the module at <paramref name="path"/>.</summary>
    public double Scaling(string path) => config.ScalingOf(Rank(path), _alphas.At(path) ?? config.Alpha);
}
