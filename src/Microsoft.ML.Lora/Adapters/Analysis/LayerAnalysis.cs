namespace Microsoft.ML.Lora.Adapters.Analysis;

/// <summary>What an adapter does to one weight (Hu et al. 2021, section 7.3).</summary>
/// <param name="Layer">The path of the adapted module.</param>
/// <param name="Rank">r.</param>
/// <param name="DeltaNorm">The Frobenius norm of Delta W, what the adapter adds to W.</param>
/// <param name="WeightNorm">The Frobenius norm of W.</param>
/// <param name="ProjectedNorm">The Frobenius norm of U^T W V, where U and V are the first r singular vectors of Delta W: how much of W lies
/// in the adapter's directions.</param>
/// <param name="SingularValues">The first r singular values of Delta W, the largest first.</param>
public sealed record LayerAnalysis(
    string Layer, int Rank, double DeltaNorm, double WeightNorm, double ProjectedNorm, IReadOnlyList<double> SingularValues)
{
    /// <summary>
    /// The norm of Delta W over that of W in the same directions: how strongly the adapter amplifies what it finds there.
    /// </summary>
    public double AmplificationFactor => DeltaNorm / ProjectedNorm;
}
