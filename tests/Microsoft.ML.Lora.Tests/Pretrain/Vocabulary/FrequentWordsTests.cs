using Microsoft.ML.Lora.Pretrain.Vocabulary;

namespace Microsoft.ML.Lora.Tests.Pretrain.Vocabulary;

[TestClass]
public class FrequentWordsTests
{
    [TestMethod]
    [DataRow(5, "the film good")]
    [DataRow(2, "the film")]
    public void AsManyWordsAsAskedForAreReadInTheirOrder(int atMost, string words)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.json"], """{"precision":8,"sizes":[1,2],"words":["the","film","good"],"vectors":{"the":[0.5,-1]}}""");
        Assert.AreEqual(words, string.Join(' ', FrequentWords.Read(folder["vectors.json"], atMost)));
    }

    [TestMethod]
    public void AFileWithoutWordsIsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.json"], """{"dimensions":2,"vectors":{}}""");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => FrequentWords.Read(folder["vectors.json"], 3)).Message, "vectors.json");
    }
}
