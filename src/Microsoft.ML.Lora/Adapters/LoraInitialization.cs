namespace Microsoft.ML.Lora.Adapters;

/// <summary>Where A and B start.</summary>
public enum LoraInitialization
{
    /// <summary>A uniform within ± 1 / sqrt(fan in) (Kaiming-uniform with a = sqrt 5), B zero: the start is the base model.</summary>
    Kaiming,

    /// <summary>A normal with standard deviation 1 / rank, B zero: the start is the base model.</summary>
    Gaussian,

    /// <summary>A and B both random: the start is not the base model. For tests.</summary>
    None,

    /// <summary>
    /// A and B hold the principal singular vectors of W, each side weighted by the root of the singular values, and are taken out of W
    /// (Meng et al. 2024), so that the start is the base model.
    /// </summary>
    Pissa,

    /// <summary>
    /// A and B hold the first rows of R and columns of Q of W = Q R and are taken out of W (Büyükakyüz 2024), so that the start is the base model.
    /// </summary>
    Olora,
}
