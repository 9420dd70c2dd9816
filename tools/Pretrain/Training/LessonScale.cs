using Microsoft.ML.Lora.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Brings every element of a teacher's vectors to mean 0 and variance 1, so that no few of them outweigh the rest.</summary>
internal sealed class LessonScale : IDisposable
{
    /// <summary>The scale of the vectors of some sentences.</summary>
    public LessonScale(SentenceEncoder teacher, IReadOnlyList<string> sentences)
    {
        using var scope = NewDisposeScope();
        using var lesson = teacher.Encode(sentences);
        (Words, Sentences) = (Of(lesson.Words), Of(lesson.Sentences));
    }

    /// <summary>What the vectors of words have, [size] each.</summary>
    public (Tensor Mean, Tensor Deviation) Words { get; }

    /// <summary>What the vectors of sentences have, [size] each.</summary>
    public (Tensor Mean, Tensor Deviation) Sentences { get; }

    /// <summary>The same lesson at this scale; it takes the place of the given one.</summary>
    public Lesson Apply(Lesson lesson)
    {
        using var scope = NewDisposeScope();
        using (lesson)
        {
            return lesson with
            {
                Sentences = ((lesson.Sentences - Sentences.Mean) / Sentences.Deviation).DetachFromDisposeScope(),
                Words = ((lesson.Words - Words.Mean) / Words.Deviation).DetachFromDisposeScope(),
            };
        }
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { Words.Mean, Words.Deviation, Sentences.Mean, Sentences.Deviation }) tensor.Dispose();
    }

    private static (Tensor Mean, Tensor Deviation) Of(Tensor vectors)
    {
        var mean = vectors.mean([0]);
        return (mean.DetachFromDisposeScope(), (vectors - mean).square().mean([0]).sqrt().clamp(min: 1e-6).DetachFromDisposeScope());
    }
}
