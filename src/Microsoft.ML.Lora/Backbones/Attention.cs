using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>Scaled dot-product attention over several heads: softmax(Q K^T / sqrt(size of a head) + bias) V (Vaswani et al. 2017, section 3.2).</summary>
internal static class Attention
{
    /// <summary>0 where a token stands, the lowest float32 where padding does: [batch, 1, 1, length], to be added to the scores.</summary>
    public static Tensor? Bias(Tensor? attentionMask)
    {
        if (attentionMask is null) return null;
        using var scope = NewDisposeScope();
        var padding = attentionMask.unsqueeze(1).unsqueeze(1).eq(0);
        return padding.to(ScalarType.Float32).mul_(float.MinValue).MoveToOuterDisposeScope();
    }

    /// <summary>All heads at once.</summary>
    /// <param name="query">[batch, length, hidden].</param>
    /// <param name="key">[batch, length, hidden].</param>
    /// <param name="value">[batch, length, hidden].</param>
    /// <param name="heads">How many heads share the hidden size.</param>
    /// <param name="bias">Added to the scores; see <see cref="Bias"/>. Null where nothing is padded.</param>
    /// <param name="dropout">Drops attention weights while it is active.</param>
    /// <param name="probability">Of dropping one.</param>
    /// <returns>[batch, length, hidden].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, long heads, Tensor? bias, DropoutSource dropout, double probability)
    {
        using var scope = NewDisposeScope();
        var (batch, length, hidden) = (query.shape[0], query.shape[1], query.shape[2]);
        var size = hidden / heads;
        if (bias is not null && bias.dtype != query.dtype) bias = bias.to_type(query.dtype);
        Tensor Split(Tensor all) => all.view(batch, length, heads, size).transpose(1, 2);
        var (q, k, v) = (Split(query), Split(key), Split(value));

        Tensor context;
        if (dropout.Active && probability > 0)
        {
            var scores = matmul(q.mul(1 / Math.Sqrt(size)), k.transpose(-2, -1));
            if (bias is not null) scores = scores.add(bias);
            context = matmul(dropout.Apply(scores.softmax(-1), probability), v);
        }
        else
        {
            context = functional.scaled_dot_product_attention(q, k, v, bias);
        }

        return context.transpose(1, 2).reshape(batch, length, hidden).MoveToOuterDisposeScope();
    }
}
