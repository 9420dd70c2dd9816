using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>
/// One layer of a post-norm transformer encoder. A family only says under which names its parts are registered;
/// the parts are plain modules, so that an adapter can take a part's place.
/// a = norm(x + dropout(output(attention(x)))), y = norm(a + dropout(down(gelu(up(a))))).
/// </summary>
internal abstract class EncoderLayer(string name, EncoderConfiguration configuration, DropoutSource dropout) : Module(name)
{
    protected abstract Module<Tensor, Tensor> Query { get; }
    protected abstract Module<Tensor, Tensor> Key { get; }
    protected abstract Module<Tensor, Tensor> Value { get; }
    protected abstract Module<Tensor, Tensor> AttentionOutput { get; }
    protected abstract Module<Tensor, Tensor> AttentionNorm { get; }
    protected abstract Module<Tensor, Tensor> Up { get; }
    protected abstract Module<Tensor, Tensor> Down { get; }
    protected abstract Module<Tensor, Tensor> OutputNorm { get; }

    /// <summary>The share of the attention's output that is dropped in training.</summary>
    protected virtual double AttentionOutputDropout => configuration.HiddenDropout;

    /// <summary>The layer's output for <paramref name="hidden"/>, both [batch, length, hidden].</summary>
    /// <param name="hidden">The output of the layer below.</param>
    /// <param name="attentionBias">See <see cref="Attention.Bias"/>.</param>
    public Tensor Forward(Tensor hidden, Tensor? attentionBias)
    {
        using var scope = NewDisposeScope();
        var context = Attention.Attend(
            Query.call(hidden), Key.call(hidden), Value.call(hidden),
            configuration.Heads, attentionBias, dropout, configuration.AttentionDropout);
        var attended = AttentionNorm.call(dropout.Apply(AttentionOutput.call(context), AttentionOutputDropout).add(hidden));
        var expanded = functional.gelu(Up.call(attended));
        return OutputNorm.call(dropout.Apply(Down.call(expanded), configuration.HiddenDropout).add(attended)).MoveToOuterDisposeScope();
    }
}
