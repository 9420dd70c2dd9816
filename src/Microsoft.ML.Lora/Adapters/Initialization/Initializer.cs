using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>
/// A way to start an adapter. All randomness is the generator's. To be called within a dispose scope and without gradients.
/// </summary>
internal abstract class Initializer
{
    /// <summary>The way that a configuration asks for.</summary>
    public static Initializer Of(LoraInitialization initialization) => initialization switch
    {
        LoraInitialization.Kaiming => new KaimingInitializer(),
        LoraInitialization.Gaussian => new GaussianInitializer(),
        LoraInitialization.None => new RandomInitializer(),
        LoraInitialization.Pissa => new PissaInitializer(),
        LoraInitialization.Olora => new OloraInitializer(),
        _ => throw new ArgumentOutOfRangeException(nameof(initialization), initialization, "Unknown initialisation."),
    };

    /// <summary>The start in a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rank">The inner size.</param>
    /// <param name="scaling">The factor before B A.</param>
    /// <param name="generator">What random numbers are drawn from.</param>
    public abstract StartingPoint Start(LoraLayer layer, int rank, double scaling, Generator generator);

    /// <summary>Each element within ± 1 / sqrt(columns): Kaiming-uniform with a = sqrt 5.</summary>
    protected static Tensor KaimingUniform(long rows, long columns, Generator generator)
    {
        var bound = 1 / Math.Sqrt(columns);
        return empty(rows, columns, dtype: ScalarType.Float32).uniform_(-bound, bound, generator);
    }

    /// <summary>Each element normal with mean 0.</summary>
    protected static Tensor Normal(long rows, long columns, double standardDeviation, Generator generator) =>
        empty(rows, columns, dtype: ScalarType.Float32).normal_(0, standardDeviation, generator);

    /// <summary>B = 0 in the shape that goes with the rank.</summary>
    protected static Tensor ZeroB(LoraLayer layer, int rank) => zeros(layer.OutputSize, rank, dtype: ScalarType.Float32);

    /// <summary>The start of an embedding, as LoRA's authors make it: A zero and B standard normal.</summary>
    protected static StartingPoint EmbeddingStart(LoraLayer layer, int rank, Generator generator) =>
        new(zeros(rank, layer.InputSize, dtype: ScalarType.Float32), Normal(layer.OutputSize, rank, 1, generator));
}
