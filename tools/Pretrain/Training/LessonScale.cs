using Microsoft.ML.Lora.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Brings every element of a teacher's vectors to mean 0 and variance 1, so that no few of them outweigh the rest.</summary>
internal sealed class LessonScale : IDisposable
{
    private readonly Tensor _wordMean, _wordDeviation, _sentenceMean, _sentenceDeviation;

    /// <summary>The scale of the vectors of some sentences.</summary>
    public LessonScale(SentenceEncoder teacher, IReadOnlyList<string> sentences)
    {
        using var scope = NewDisposeScope();
        using var lesson = teacher.Encode(sentences);
        Tensor Deviation(Tensor vectors, Tensor mean) => (vectors - mean).square().mean([0]).sqrt().clamp(min: 1e-6);
        (_wordMean, _sentenceMean) = (lesson.Words.mean([0]), lesson.Sentences.mean([0]));
        (_wordDeviation, _sentenceDeviation) = (Deviation(lesson.Words, _wordMean), Deviation(lesson.Sentences, _sentenceMean));
        foreach (var tensor in new[] { _wordMean, _wordDeviation, _sentenceMean, _sentenceDeviation }) tensor.DetachFromDisposeScope();
    }

    /// <summary>The same lesson at this scale; it takes the place of the given one.</summary>
    public Lesson Apply(Lesson lesson)
    {
        using var scope = NewDisposeScope();
        using (lesson)
        {
            return lesson with
            {
                Sentences = ((lesson.Sentences - _sentenceMean) / _sentenceDeviation).DetachFromDisposeScope(),
                Words = ((lesson.Words - _wordMean) / _wordDeviation).DetachFromDisposeScope(),
            };
        }
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _wordMean, _wordDeviation, _sentenceMean, _sentenceDeviation }) tensor.Dispose();
    }
}
