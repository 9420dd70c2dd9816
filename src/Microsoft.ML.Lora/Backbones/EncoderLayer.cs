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
    private readonly Attention _attention = new(configuration.Heads, dropout, configuration.AttentionDropout);

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

    /// <summary>The layer's output for <paramref name="hidden"/>, in its shape.</summary>
    /// <param name="hidden">The output of the layer below, [batch, length, hidden] or packed [tokens, hidden].</param>
    /// <param name="rows">Where the rows lie in it.</param>
    public Tensor Forward(Tensor hidden, RowLayout rows) => Forward(hidden, rows, firstTokens: false);

    /// <summary>
    /// The layer's output for the first token of each row, [rows, hidden], which is all that a head on the last layer looks at: the other tokens
    /// count as keys and values alone.
    /// </summary>
    /// <inheritdoc cref="Forward(Tensor, RowLayout)"/>
    public Tensor ForwardFirst(Tensor hidden, RowLayout rows) => Forward(hidden, rows, firstTokens: true);

    // What a part no longer needs is freed before the next one begins: less memory, and what is used again is still in the processor's caches.
    private Tensor Forward(Tensor hidden, RowLayout rows, bool firstTokens)
    {
        using var scope = NewDisposeScope();
        var attended = Attended(firstTokens ? rows.First(hidden) : hidden, hidden, rows, firstTokens);
        return FedForward(attended).MoveToOuterDisposeScope();
    }

    private Tensor Attended(Tensor x, Tensor hidden, RowLayout rows, bool firstTokens)
    {
        using var scope = NewDisposeScope();
        using var context = Context(x, hidden, rows, firstTokens);
        return AttentionNorm.call(dropout.Add(x, AttentionOutput.call(context), AttentionOutputDropout)).MoveToOuterDisposeScope();
    }

    private Tensor Context(Tensor x, Tensor hidden, RowLayout rows, bool firstTokens)
    {
        using var scope = NewDisposeScope();
        return _attention.Attend(Query.call(x), Key.call(hidden), Value.call(hidden), rows, firstTokens).MoveToOuterDisposeScope();
    }

    private Tensor FedForward(Tensor attended)
    {
        using var scope = NewDisposeScope();
        using var expanded = Expanded(attended);
        return OutputNorm.call(dropout.Add(attended, Down.call(expanded), configuration.HiddenDropout)).MoveToOuterDisposeScope();
    }

    private Tensor Expanded(Tensor attended)
    {
        using var up = Up.call(attended);
        return functional.gelu(up);
    }
}
