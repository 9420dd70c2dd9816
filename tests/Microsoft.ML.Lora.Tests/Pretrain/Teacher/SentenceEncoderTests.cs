using Microsoft.ML.Lora.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Teacher;

[TestClass]
public class SentenceEncoderTests
{
    [TestMethod]
    public void SentencesAndTheirWordsHaveVectorsOfTheirOwn()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        var lesson = teacher.Encode(["the film", "good", "the good film"]);
        CollectionAssert.AreEqual(new long[] { 3, SmallTeacher.Wide }, lesson.Sentences.shape);
        CollectionAssert.AreEqual(new long[] { 6, SmallTeacher.Wide }, lesson.Words.shape);
        CollectionAssert.AreEqual(new[] { 2, 1, 3 }, lesson.WordsOf);
        Assert.AreEqual(SmallTeacher.Wide, teacher.Size);
        Assert.IsGreaterThan(0.01f, (lesson.Sentences[0] - lesson.Sentences[2]).abs().max().item<float>());
        Close.Assert(lesson.Sentences[0], (lesson.Words[0] + lesson.Words[1]) / 2, 1e-5, "the mean of two words of a piece each");
        Assert.IsGreaterThan(0.001f, (lesson.Words[0] - lesson.Words[3]).abs().max().item<float>());
    }

    [TestMethod]
    public void ASentenceMeansTheSameAloneAndBesideLongerOnes()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        var (alone, beside) = (teacher.Encode(["the films"]), teacher.Encode(["bad films a bad a film", "the films"]));
        Close.Assert(alone.Sentences[0], beside.Sentences[1], 1e-4, "sentence");
        Close.Assert(alone.Words, beside.Words.narrow(0, 6, 2), 1e-4, "words");
    }

    [TestMethod]
    public void ShardsThatAreTooShortAreRefused()
    {
        using var folder = new TemporaryFolder();
        var directory = SmallTeacher.Write(folder["teacher"]);
        File.WriteAllBytes(Path.Combine(directory, "shard2"), [1, 2, 3]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => new SentenceEncoder(directory)).Message, "bytes");
    }
}
