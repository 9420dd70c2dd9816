using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Training;
using Microsoft.ML.Lora.Tests.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Training;

[TestClass]
public class LessonScaleTests
{
    [TestMethod]
    public void EveryElementHasMeanZeroAndVarianceOne()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        string[] sentences = ["the film", "good", "a bad film", "the good films", "bad"];
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        using var scale = new LessonScale(teacher, sentences);
        using var lesson = scale.Apply(teacher.Encode(sentences));
        foreach (var vectors in new[] { lesson.Words, lesson.Sentences })
        {
            Close.Assert(zeros(SmallTeacher.Wide), vectors.mean([0]), 1e-4, "mean");
            Close.Assert(ones(SmallTeacher.Wide), vectors.square().mean([0]), 1e-3, "variance");
        }
    }
}
