namespace Microsoft.ML.Lora.Tests.BaseModels;

[TestClass]
public sealed class HubCacheTests
{
    [TestMethod]
    [DataRow("HF_HUB_CACHE=/a", "/a")]
    [DataRow("HUGGINGFACE_HUB_CACHE=/b", "/b")]
    [DataRow("HF_HUB_CACHE=/a;HF_HOME=/h", "/a")]
    [DataRow("HF_HOME=/h", "/h/hub")]
    [DataRow("XDG_CACHE_HOME=/x", "/x/huggingface/hub")]
    [DataRow("HF_HOME=~/h", "~/h/hub")]
    [DataRow("HF_HOME=", "~/.cache/huggingface/hub")]
    public void TheFolderFollowsHuggingFacesVariables(string settings, string expected)
    {
        var variables = settings.Split(';').Select(each => each.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        expected = expected.Replace("~", home, StringComparison.Ordinal).Replace('/', Path.DirectorySeparatorChar);
        Assert.AreEqual(expected, HubCache.FindRoot(variables.GetValueOrDefault).Replace('/', Path.DirectorySeparatorChar));
    }

    [TestMethod]
    public void OnlyCommitsCount()
    {
        using var folder = new TemporaryFolder();
        var cache = new HubCache(folder.Root);
        Assert.IsEmpty(cache.Commits("a/b"));
        BaseFolder.WriteCached(folder, "", "a/b");
        Directory.CreateDirectory(folder["models--a--b", "snapshots", "not-a-commit"]);
        CollectionAssert.AreEqual(new[] { BaseFolder.Commit }, cache.Commits("a/b").ToArray());
        Assert.AreEqual(BaseFolder.Commit, cache.CommitOf("a/b", "main"));
        Assert.IsNull(cache.CommitOf("a/b", "other"));
        folder.Write("models--a--b/refs/evil", "../../../../etc");
        Assert.IsNull(cache.CommitOf("a/b", "evil"));
        folder.Write("models--a--b/refs/spaced", BaseFolder.Commit + "\n");
        Assert.AreEqual(BaseFolder.Commit, cache.CommitOf("a/b", "spaced"));
    }
}
