using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>
/// Gradient checkpointing (Chen et al. 2016): the forward pass keeps each layer's input alone; the backward pass goes from the last layer to the
/// first, computes each again, with the dropout it had, and hands the gradient of its input down. Gradients are those of an ordinary pass.
/// </summary>
/// <param name="dropout">What the layers drop by.</param>
internal sealed class LayerRecomputation(DropoutSource dropout) : IDisposable
{
    private readonly List<(Func<Tensor, Tensor> Forward, Tensor Input, Tensor Position)> _layers = [];
    private Tensor? _bias;
    private Tensor? _embedded;
    private Tensor? _last;

    /// <summary>The output of the last layer, cut off from the layers; what it needs for <see cref="Backward"/> belongs to this object.</summary>
    public Tensor Forward(EncoderEmbeddings embeddings, IEnumerable<EncoderLayer> layers, TokenBatch batch)
    {
        Dispose();
        _bias = Attention.Bias(batch.AttentionMask)?.DetachFromDisposeScope();
        _embedded = embeddings.Forward(batch).DetachFromDisposeScope();
        var hidden = _embedded.detach().DetachFromDisposeScope();
        using (no_grad())
        {
            foreach (var layer in layers)
            {
                _layers.Add((input => layer.Forward(input, _bias), hidden, dropout.Position(hidden.device).DetachFromDisposeScope()));
                hidden = layer.Forward(hidden, _bias).DetachFromDisposeScope();
            }
        }

        // The caller may free what it is given; the leaf that collects the gradient stays here.
        _last = hidden.requires_grad_(true);
        return _last.alias();
    }

    /// <summary>Carries the gradient of the loss, which has been propagated down to the last layer's output, through the layers.</summary>
    public void Backward()
    {
        using var outer = NewDisposeScope();
        var gradient = _last?.grad ?? throw new InvalidOperationException("The loss was not propagated back to the last layer.");
        for (var i = _layers.Count - 1; i >= 0; i--)
        {
            using var scope = NewDisposeScope();
            var (forward, input, position) = _layers[i];
            dropout.GoTo(position, input.device);
            var leaf = input.detach().requires_grad_(true);
            var output = forward(leaf);
            if (output.requires_grad) output.backward([gradient]);
            gradient = (leaf.grad ?? zeros_like(leaf)).MoveToOuterDisposeScope();
        }

        if (_embedded!.requires_grad) _embedded.backward([gradient]);
    }

    public void Dispose()
    {
        foreach (var (_, input, position) in _layers)
        {
            input.Dispose();
            position.Dispose();
        }

        _layers.Clear();
        _last?.Dispose();
        _embedded?.Dispose();
        _bias?.Dispose();
        (_last, _embedded, _bias) = (null, null, null);
    }
}
