using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>What there is to lose on a batch.</summary>
/// <param name="Tokens">By guessing hidden tokens, nats a token.</param>
/// <param name="Words">By the teacher's vectors of words, squared error an element; 1 is what guessing the mean loses.</param>
/// <param name="Sentences">By the teacher's vectors of sentences, likewise.</param>
/// <param name="Labels">By labels, nats a labelled row.</param>
internal readonly record struct PretrainingLosses(Tensor Tokens, Tensor Words, Tensor Sentences, Tensor Labels)
{
    private const double TokenWeight = 0.05, WordWeight = 1, SentenceWeight = 1, LabelWeight = 0.3;

    /// <summary>All of them, weighted.</summary>
    public Tensor Sum() => Tokens * TokenWeight + Words * WordWeight + Sentences * SentenceWeight + Labels * LabelWeight;
}
