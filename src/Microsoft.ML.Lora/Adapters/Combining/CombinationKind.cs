namespace Microsoft.ML.Lora.Adapters;

/// <summary>How several adapters become one.</summary>
public enum CombinationKind
{
    /// <summary>
    /// A and B are the sums of the adapters' A and B, each weighted by the root of its weight and scaling: cheap, of the same rank, and
    /// only near the sum of the products. The ranks must be equal.
    /// </summary>
    Linear,

    /// <summary>The adapters' A and B side by side: exactly the weighted sum of the products; the ranks add up.</summary>
    Concatenated,

    /// <summary>The best approximation of the weighted sum of the products that has the given rank.</summary>
    Svd,
}
