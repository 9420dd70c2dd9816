using Microsoft.ML.Lora.Pretrain.Vocabulary;

namespace Microsoft.ML.Lora.Tests.Pretrain.Vocabulary;

[TestClass]
public class WordVectorsTests
{
    internal const string Two = """{"precision":8,"dimensions":2,"words":["the","film"],"vectors":{"the":[0.5,-1,1.118,0],"film":[2,3,3.6,1]},"unkVector":[0,0]}""";

    [TestMethod]
    public void WordsAndVectorsAreReadInTheirOrder()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.json"], Two);
        var vectors = WordVectors.Read(folder["vectors.json"]);
        CollectionAssert.AreEqual(new[] { "the", "film" }, vectors.Words.ToArray());
        Assert.AreEqual(2, vectors.Size);
        CollectionAssert.AreEqual(new[] { 2f, 3f }, vectors["film"]);
        Assert.IsNull(vectors["unknown"]);
    }

    [TestMethod]
    public void OnlyAsManyWordsAsAskedForAreKept()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.json"], Two);
        CollectionAssert.AreEqual(new[] { "the" }, WordVectors.Read(folder["vectors.json"], atMost: 1).Words.ToArray());
    }

    [TestMethod]
    public void AFileWithoutVectorsIsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["vectors.json"], """{"dimensions":2,"words":["the"]}""");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => WordVectors.Read(folder["vectors.json"])).Message, "vectors.json");
    }
}
