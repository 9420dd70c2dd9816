using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Combining;

/// <summary>One adapter's share in a combination, in one layer.</summary>
/// <param name="A">[r, in], float32.</param>
/// <param name="B">[out, r], float32.</param>
/// <param name="Weight">The combination's weight times the adapter's scaling.</param>
internal readonly record struct Share(Tensor A, Tensor B, double Weight);

/// <summary>Makes one pair of A and B, whose scaling is 1, of several; to be called within a dispose scope.</summary>
internal static class Combination
{
    /// <summary>A and B of the combination; of at most the rank <paramref name="rank"/>.</summary>
    public static (Tensor A, Tensor B) Of(CombinationKind kind, IReadOnlyList<Share> shares, int rank) => kind switch
    {
        CombinationKind.Linear => Linear(shares),
        CombinationKind.Concatenated => (cat([.. shares.Select(share => share.A.mul(share.Weight))], 0), cat([.. shares.Select(share => share.B)], 1)),
        CombinationKind.Svd => Svd(shares, rank),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of combination."),
    };

    // The sign goes to one side only, so that a negative weight stays one.
    private static (Tensor A, Tensor B) Linear(IReadOnlyList<Share> shares) => (
        shares.Select(share => share.A.mul(Math.Sign(share.Weight) * Math.Sqrt(Math.Abs(share.Weight)))).Aggregate((sum, next) => sum.add(next)),
        shares.Select(share => share.B.mul(Math.Sqrt(Math.Abs(share.Weight)))).Aggregate((sum, next) => sum.add(next)));

    private static (Tensor A, Tensor B) Svd(IReadOnlyList<Share> shares, int rank)
    {
        var sum = shares.Select(share => share.B.matmul(share.A).mul(share.Weight)).Aggregate((first, next) => first.add(next));
        var (u, s, vh) = linalg.svd(sum, fullMatrices: false);
        var kept = Math.Min(rank, s.shape[0]);
        return (vh.narrow(0, 0, kept), u.narrow(1, 0, kept).mul(s.narrow(0, 0, kept)));
    }
}
