namespace Microsoft.ML.Lora.Tests.BaseModels;

[TestClass]
public sealed class HubIdTests
{
    [TestMethod]
    [DataRow("FacebookAI/roberta-base", true)]
    [DataRow("gpt2", true)]
    [DataRow("sentence-transformers/all-MiniLM-L6-v2", true)]
    [DataRow("a/b.c_d", true)]
    [DataRow("the-owner-of-a-model/a-name-that-says-all-about-the-model-and-its-data-and-is-still-shorter-than-96-characters", true)]
    [DataRow("", false)]
    [DataRow("/a", false)]
    [DataRow("a/", false)]
    [DataRow("a/b/c", false)]
    [DataRow("a\\b", false)]
    [DataRow("../b", false)]
    [DataRow("a/..", false)]
    [DataRow("a/b..c", false)]
    [DataRow("a--b/c", false)]
    [DataRow("a/b\n", false)]
    [DataRow("a b", false)]
    public void IdsBecomePathsSoNothingElsePasses(string id, bool isId) => Assert.AreEqual(isId, HubId.IsId(id));

    [TestMethod]
    [DataRow("main", true)]
    [DataRow("refs/pr/1", true)]
    [DataRow("v1.0+cpu", true)]
    [DataRow("", false)]
    [DataRow("..", false)]
    [DataRow("a/../b", false)]
    [DataRow("/a", false)]
    [DataRow("a//b", false)]
    [DataRow("-x", false)]
    [DataRow("a\\b", false)]
    public void RevisionsToo(string revision, bool isRevision) => Assert.AreEqual(isRevision, HubId.IsRevision(revision));
}
