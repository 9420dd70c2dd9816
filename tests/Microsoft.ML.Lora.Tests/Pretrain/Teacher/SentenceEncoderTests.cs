using Microsoft.ML.Lora.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Teacher;

[TestClass]
public class SentenceEncoderTests
{
    [TestMethod]
    public void VectorsHaveLengthOneAndTellSentencesApart()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var vectors = new SentenceEncoder(SmallTeacher.Write(folder["teacher"])).Encode(["the film", "good", "the good film"]);
        CollectionAssert.AreEqual(new long[] { 3, SentenceEncoder.Size }, vectors.shape);
        Close.Assert(ones(3), vectors.square().sum(1), 1e-5, "length");
        Assert.IsLessThan(0.999f, (vectors[0] * vectors[1]).sum().item<float>());
        Assert.IsLessThan(0.9999f, (vectors[0] * vectors[2]).sum().item<float>());
    }

    [TestMethod]
    public void ASentenceHasTheSameVectorAloneAndBesideLongerOnes()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        Close.Assert(teacher.Encode(["the film"])[0], teacher.Encode(["bad films a bad a film", "the film"])[1], 1e-5, "vector");
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
