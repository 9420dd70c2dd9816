using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Analysis;

/// <summary>
/// How alike the directions are that two adapters take in (Hu et al. 2021, section 7.2 and appendix G): phi(i, j) = |V_i^T V'_j|_F^2 / min(i, j),
/// where V_i holds the first i right singular vectors of one A and V'_j the first j of the other. 1: one span lies in the other; 0: they are
/// orthogonal. phi is 1 minus the square of a projection distance on Grassmann manifolds.
/// </summary>
public sealed class SubspaceSimilarity
{
    private readonly double[,] _phi;

    private SubspaceSimilarity(string layer, double[,] phi) => (Layer, _phi) = (layer, phi);

    /// <summary>The path of the adapted module.</summary>
    public string Layer { get; }

    /// <summary>The rank of the first adapter.</summary>
    public int FirstRank => _phi.GetLength(0);

    /// <summary>The rank of the second adapter.</summary>
    public int SecondRank => _phi.GetLength(1);

    /// <summary>phi(i, j).</summary>
    /// <param name="i">How many of the first adapter's directions are looked at, from 1.</param>
    /// <param name="j">How many of the second's, from 1.</param>
    public double this[int i, int j]
    {
        get
        {
            if (i < 1 || i > FirstRank) throw new ArgumentOutOfRangeException(nameof(i), i, $"i must be in 1 … {FirstRank}.");
            if (j < 1 || j > SecondRank) throw new ArgumentOutOfRangeException(nameof(j), j, $"j must be in 1 … {SecondRank}.");
            return _phi[i - 1, j - 1];
        }
    }

    internal static SubspaceSimilarity Of(string layer, Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (v, w) = (Directions(first), Directions(second));
        var squares = v.matmul(w.t()).pow(2).cpu();
        var sums = squares.cumsum(0).cumsum(1).data<double>().ToArray();
        var phi = new double[v.shape[0], w.shape[0]];
        for (var i = 0; i < phi.GetLength(0); i++)
            for (var j = 0; j < phi.GetLength(1); j++) phi[i, j] = sums[i * phi.GetLength(1) + j] / (Math.Min(i, j) + 1);
        return new SubspaceSimilarity(layer, phi);
    }

    // The right singular vectors, a row each.
    private static Tensor Directions(Tensor a) => linalg.svd(a.to(ScalarType.Float64), fullMatrices: false).Vh;
}
