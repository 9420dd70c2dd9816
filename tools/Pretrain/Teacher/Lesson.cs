using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>What a teacher makes of some sentences. Words are what blanks part.</summary>
/// <param name="Sentences">A vector a sentence, [sentences, size].</param>
/// <param name="Words">A vector a word, in the order of the sentences, [words, size].</param>
/// <param name="WordsOf">How many words each sentence has.</param>
internal sealed record Lesson(Tensor Sentences, Tensor Words, int[] WordsOf) : IDisposable
{
    /// <summary>The same lesson on a device; it takes the place of the given one.</summary>
    public Lesson On(Device device)
    {
        if (device.type == TorchSharp.DeviceType.CPU) return this;
        using (this)
        {
            return this with { Sentences = Sentences.to(device).DetachFromDisposeScope(), Words = Words.to(device).DetachFromDisposeScope() };
        }
    }

    public void Dispose()
    {
        Sentences.Dispose();
        Words.Dispose();
    }
}
