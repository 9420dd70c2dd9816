using Microsoft.ML.Lora.Backbones.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>An encoder with a head that gives one number a class. It owns its weights and its source of dropout.</summary>
internal abstract class SequenceClassifier(string name, EncoderConfiguration configuration, int classes) : Module(name)
{
    /// <summary>The shape of the encoder.</summary>
    public EncoderConfiguration Configuration { get; } = configuration;

    /// <summary>How many numbers the head gives a row.</summary>
    public int Classes { get; } = classes;

    /// <summary>What drops activations while the model is trained.</summary>
    public DropoutSource Dropout { get; } = new();

    /// <summary>The names of the head's modules, which are trained in full and saved with an adapter.</summary>
    public abstract IReadOnlyList<string> HeadModules { get; }

    /// <summary>Whether the head is one that PEFT and transformers have, so that adapters and merged models can be written for them.</summary>
    public virtual bool HasPeftHead => true;

    /// <summary>The encoder under the head.</summary>
    public abstract EncoderModel Encoder { get; }

    /// <summary>One number a class before the softmax, [batch, classes].</summary>
    public abstract Tensor Logits(TokenBatch batch);

    protected override void Dispose(bool disposing)
    {
        if (disposing) Dropout.Dispose();
        base.Dispose(disposing);
    }
}
