using Microsoft.ML.Lora.Pretrain.Teacher;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>All that a step reads, made on another thread while the step before is computed.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Epoch">How often all rows were read before.</param>
/// <param name="Batch">Their tokens, some of them hidden.</param>
/// <param name="Lesson">What the teacher makes of them.</param>
/// <param name="Words">Which tokens spell which of the teacher's words.</param>
internal sealed record PreparedStep(TrainingRow[] Rows, int Epoch, PretrainingBatch Batch, Lesson Lesson, WordPlaces Words) : IDisposable
{
    public void Dispose()
    {
        Batch.Dispose();
        Lesson.Dispose();
    }
}
