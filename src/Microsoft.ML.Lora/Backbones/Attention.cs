using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>Scaled dot-product attention over several heads: softmax(Q K^T / sqrt(size of a head) + bias) V (Vaswani et al. 2017, section 3.2).</summary>
/// <param name="heads">How many heads share the hidden size.</param>
/// <param name="dropout">Drops attention weights while it is active.</param>
/// <param name="probability">Of dropping one.</param>
internal sealed class Attention(long heads, DropoutSource dropout, double probability)
{
    /// <summary>0 where a token stands, the lowest float32 where padding does: [batch, 1, 1, length], to be added to the scores.</summary>
    public static Tensor? Bias(Tensor? attentionMask)
    {
        if (attentionMask is null) return null;
        using var scope = NewDisposeScope();
        var padding = attentionMask.unsqueeze(1).unsqueeze(1).eq(0);
        return padding.to(ScalarType.Float32).mul_(float.MinValue).MoveToOuterDisposeScope();
    }

    /// <summary>All heads at once. To be called within a dispose scope.</summary>
    /// <param name="query">The queries of all tokens, shaped as the keys; or of each row's first token alone, [rows, hidden].</param>
    /// <param name="key">[batch, length, hidden] or packed [tokens, hidden].</param>
    /// <param name="value">Shaped as the keys.</param>
    /// <param name="rows">Where the rows lie.</param>
    /// <param name="firstTokens">Whether only the first tokens ask.</param>
    /// <returns>Shaped as the queries.</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, RowLayout rows, bool firstTokens)
    {
        var hidden = key.shape[^1];
        var (q, k, v) = (query.reshape(-1, hidden), key.view(-1, hidden), value.view(-1, hidden));
        if (rows.Bins is { } bins)
        {
            var asking = firstTokens ? bins.FirstTokens : bins.Tokens;
            var answers = Attend(Split(asking.Spread(q)), Split(bins.Tokens.Spread(k)), Split(bins.Tokens.Spread(v)), asking.Bias);
            return asking.Pack(answers.transpose(1, 2)).view(query.shape);
        }

        var contexts = rows.Groups.Select(group =>
        {
            var (asked, questions) = firstTokens ? (group.FirstRow, 1) : (group.FirstToken, group.Length);
            return Attend(
                Split(Part(q, asked, group.Rows, questions)), Split(Part(k, group.FirstToken, group.Rows, group.Length)),
                Split(Part(v, group.FirstToken, group.Rows, group.Length)), rows.Bias).transpose(1, 2).reshape(-1, hidden);
        }).ToList();
        return (contexts.Count == 1 ? contexts[0] : cat(contexts, 0)).view(query.shape);
    }

    // A group's tokens: [rows, length, hidden].
    private static Tensor Part(Tensor all, int first, int rows, int length)
    {
        var part = all.shape[0] == rows * length ? all : all.narrow(0, first, (long)rows * length);
        return part.view(rows, length, all.shape[1]);
    }

    // The heads of rows: [rows, heads, length, size of a head].
    private Tensor Split(Tensor rows) => rows.view(rows.shape[0], rows.shape[1], heads, -1).transpose(1, 2);

    private Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? bias)
    {
        if (bias is not null && bias.dtype != q.dtype) bias = bias.to_type(q.dtype);
        if (!dropout.Active || probability == 0) return functional.scaled_dot_product_attention(q, k, v, bias);
        var scores = matmul(q.mul(1 / Math.Sqrt(q.shape[^1])), k.transpose(-2, -1));
        if (bias is not null) scores = scores.add(bias);
        return matmul(dropout.Apply(scores.softmax(-1), probability), v);
    }
}
