namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>The rank and the alpha that a configuration gives each module.</summary>
internal sealed class RankPatterns
{
    private readonly LoraConfig _config;
    private readonly List<(Func<string, bool> Matches, int Rank)> _ranks;
    private readonly List<(Func<string, bool> Matches, double Alpha)> _alphas;

    public RankPatterns(LoraConfig config)
    {
        _config = config;
        _ranks = [.. config.RankPattern.Select(each => (Expressions.End(each.Key, nameof(config.RankPattern)), each.Value))];
        _alphas = [.. config.AlphaPattern.Select(each => (Expressions.End(each.Key, nameof(config.AlphaPattern)), each.Value))];
    }

    /// <summary>The rank of the module at <paramref name="path"/>.</summary>
    public int Rank(string path) => _ranks.Where(each => each.Matches(path)).Select(each => each.Rank).FirstOrDefault(_config.Rank);

    /// <summary>The factor before B A in the module at <paramref name="path"/>.</summary>
    public double Scaling(string path) =>
        _config.ScalingOf(Rank(path), _alphas.Where(each => each.Matches(path)).Select(each => each.Alpha).FirstOrDefault(_config.Alpha));
}
