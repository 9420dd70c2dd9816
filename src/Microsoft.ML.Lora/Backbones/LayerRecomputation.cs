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
    private readonly List<(LayerStep Forward, Tensor Input, long Position)> _layers = [];
    private RowLayout? _rows;
    private Tensor? _embedded;
    private Tensor? _last;

    /// <summary>The output of the last step, cut off from the layers; what it needs for <see cref="Backward"/> belongs to this object.</summary>
    /// <param name="model">The layers' owner.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="steps">The layers over rows that lie so.</param>
    public Tensor Forward(EncoderModel model, TokenBatch batch, Func<RowLayout, IEnumerable<LayerStep>> steps)
    {
        Dispose();
        _rows = new RowLayout(batch);
        _embedded = model.Embeddings.Forward(batch).DetachFromDisposeScope();
        var hidden = _embedded.detach().DetachFromDisposeScope();
        using (no_grad())
        {
            foreach (var step in steps(_rows))
            {
                _layers.Add((step, hidden, dropout.Position));
                hidden = step(hidden).DetachFromDisposeScope();
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
            dropout.Position = position;
            var leaf = input.detach().requires_grad_(true);
            var output = forward(leaf);
            if (output.requires_grad) output.backward([gradient]);
            gradient = (leaf.grad ?? zeros_like(leaf)).MoveToOuterDisposeScope();
        }

        if (_embedded!.requires_grad) _embedded.backward([gradient]);
    }

    public void Dispose()
    {
        foreach (var (_, input, _) in _layers) input.Dispose();
        _layers.Clear();
        _last?.Dispose();
        _embedded?.Dispose();
        _rows?.Dispose();
        (_last, _embedded, _rows) = (null, null, null);
    }
}
