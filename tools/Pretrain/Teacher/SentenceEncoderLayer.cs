using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>y = r + attention(norm(x)), z = y + feedForward(norm(y)), where r is x or, in the first layer, x widened. Matrices are [in, out].</summary>
internal sealed class SentenceEncoderLayer(TensorflowJsWeights weights, string name)
{
    /// <summary>Attention heads of every layer.</summary>
    public const int Heads = 4;

    private const double Epsilon = 1e-6;

    /// <summary>How the attention's input is normalised.</summary>
    public (Tensor Scale, Tensor Bias) Norm { get; } = (weights.Take(name, "TransformerLayer/layer_prepostprocess/layer_norm/layer_norm_scale"), weights.Take(name, "TransformerLayer/layer_prepostprocess/layer_norm/layer_norm_bias"));

    /// <summary>Queries, keys and values, side by side.</summary>
    public (Tensor Weight, Tensor Bias) Projections { get; } = (weights.Take(name, "qkv_transform_single/kernel"), weights.Take(name, "qkv_transform_single/bias"));

    /// <summary>The attention's output.</summary>
    public (Tensor Weight, Tensor Bias) Output { get; } = (weights.Take(name, "output_transform_single/kernel"), weights.Take(name, "output_transform_single/bias"));

    /// <summary>How the feed-forward part's input is normalised.</summary>
    public (Tensor Scale, Tensor Bias) ForwardNorm { get; } = (weights.Take(name, "FFN/layer_prepostprocess/layer_norm/layer_norm_scale"), weights.Take(name, "FFN/layer_prepostprocess/layer_norm/layer_norm_bias"));

    /// <summary>The first half of the feed-forward part.</summary>
    public (Tensor Weight, Tensor Bias) Up { get; } = (weights.Take(name, "FFN/conv1/Tensordot/Reshape_1"), weights.Take(name, "FFN/conv1/bias"));

    /// <summary>The second half of the feed-forward part.</summary>
    public (Tensor Weight, Tensor Bias) Down { get; } = (weights.Take(name, "FFN/conv2/Tensordot/Reshape_1"), weights.Take(name, "FFN/conv2/bias"));

    /// <summary>All that the layer makes of its input.</summary>
    /// <param name="input">[sentences, length, size].</param>
    /// <param name="residual">What the attention is added to, [sentences, length, wide].</param>
    /// <param name="bias">Added to the attention's scores, [sentences, 1, 1, length].</param>
    public LayerStates Run(Tensor input, Tensor residual, Tensor bias)
    {
        var attended = residual + Apply(Output, Attend(Apply(Projections, Normalise(Norm, input)), bias));
        var inner = functional.relu(Apply(Up, Normalise(ForwardNorm, attended)));
        return new(input, residual, attended, inner, attended + Apply(Down, inner));
    }

    private static Tensor Attend(Tensor projections, Tensor bias)
    {
        var (rows, length, size) = (projections.shape[0], projections.shape[1], projections.shape[2] / 3);
        Tensor Split(int part) => projections.narrow(2, part * size, size).reshape(rows, length, Heads, size / Heads).transpose(1, 2);
        var scores = matmul(Split(0) / Math.Sqrt((double)size / Heads), Split(1).transpose(2, 3)) + bias;
        return matmul(functional.softmax(scores, -1), Split(2)).transpose(1, 2).reshape(rows, length, size);
    }

    private static Tensor Apply((Tensor Weight, Tensor Bias) layer, Tensor input) => matmul(input, layer.Weight) + layer.Bias;

    private static Tensor Normalise((Tensor Scale, Tensor Bias) norm, Tensor input) => functional.layer_norm(input, [input.shape[^1]], norm.Scale, norm.Bias, Epsilon);
}
