using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Makes what each step reads, which may be done on another thread than the steps. A step depends on its number alone.</summary>
internal sealed class StepPreparation
{
    private readonly TrainingRow[] _rows;
    private readonly SentenceEncoder _teacher;
    private readonly LessonScale _scale;
    private readonly BatchPlan _plan;
    private readonly SpecialTokens _special;
    private readonly bool[] _startsWord;
    private readonly int _seed;
    private readonly Device _device;

    /// <param name="text">All rows.</param>
    /// <param name="teacher">What teaches.</param>
    /// <param name="scale">The scale of what is taught.</param>
    /// <param name="special">The vocabulary's special tokens.</param>
    /// <param name="startsWord">Of each token of the vocabulary, whether it begins with a blank.</param>
    /// <param name="tokensPerStep">The most tokens of a step, padding included.</param>
    /// <param name="seed">Decides order and masking.</param>
    /// <param name="device">Where the steps are computed; the teacher stays on the CPU.</param>
    public StepPreparation(
        TrainingText text, SentenceEncoder teacher, LessonScale scale, SpecialTokens special, bool[] startsWord, int tokensPerStep, int seed, Device device)
    {
        (_rows, _teacher, _scale, _special, _startsWord, _seed, _device) = (text.Rows, teacher, scale, special, startsWord, seed, device);
        _plan = new BatchPlan([.. _rows.Select(row => row.Ids.Length)], tokensPerStep, seed);
    }

    /// <summary>What a step reads; the caller owns it. Steps are asked for in rising order.</summary>
    public PreparedStep Prepare(int step)
    {
        using var scope = NewDisposeScope();
        var (indices, epoch) = _plan.At(step);
        TrainingRow[] rows = [.. indices.Select(index => _rows[index])];
        var lesson = _scale.Apply(_teacher.Encode([.. rows.Select(row => row.Text)]));
        var batch = PretrainingBatch.Make(rows, _special, _startsWord.Length, _seed, step).On(_device);
        return new(rows, epoch, batch, lesson.On(_device), WordPlaces.Of(rows, lesson, _startsWord));
    }
}
