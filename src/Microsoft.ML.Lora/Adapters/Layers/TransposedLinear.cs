using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>
/// GPT-2's "Conv1D", a linear layer whose weight lies the other way round: y = x W + b. x: [..., in], W: [in, out], b: [out], y: [...,
/// out].
/// </summary>
public sealed class TransposedLinear : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    /// <summary>A layer with the given weights, which it comes to own.</summary>
    /// <param name="weight">[in, out].</param>
    /// <param name="bias">[out]; null for none.</param>
    /// <exception cref="ArgumentException">The shapes do not go together.</exception>
    public TransposedLinear(Parameter weight, Parameter? bias = null) : base(nameof(TransposedLinear))
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.dim() != 2) throw new ArgumentException($"The weight has {weight.dim()} dimensions; it must be [in, out].", nameof(weight));
        if (bias is not null && (bias.dim() != 1 || bias.shape[0] != weight.shape[1]))
            throw new ArgumentException($"The bias must be [{weight.shape[1]}], as the weight is [{weight.shape[0]}, {weight.shape[1]}].", nameof(bias));
        (this.weight, this.bias) = (weight, bias);
        RegisterComponents();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not as wide as the weight is high.</exception>
    public override Tensor forward(Tensor input)
    {
        if (bias is null) return Product(input, weight);
        using var product = Product(input, weight);
        return product.add(bias);
    }

    /// <summary>x W. Shapes that do not go together would end the process in TorchSharp's own product.</summary>
    internal static Tensor Product(Tensor input, Tensor weight) =>
        input.dim() > 0 && input.shape[^1] == weight.shape[0] ? input.matmul(weight) : throw new ArgumentException(
            $"The input is [{string.Join(", ", input.shape)}]; it must be [..., {weight.shape[0]}], as the weight is [{string.Join(", ", weight.shape)}].",
            nameof(input));
}
