namespace Microsoft.ML.Lora.Tests.BaseModels;

[TestClass]
public sealed class BaseModelTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void ADirectoryIsParsedAndResolved()
    {
        var path = BaseFolder.Write(_folder, "mine");
        var resolved = BaseModel.Parse(path).Resolve();
        Assert.AreEqual(path, resolved.Directory);
        Assert.AreEqual(BaseModelKind.Directory, resolved.Kind);
        Assert.AreEqual("mine", resolved.Id);
        Assert.AreEqual(Path.Combine(path, "model.safetensors"), resolved.WeightsPath);
        Assert.AreEqual(Path.Combine(path, "vocab.json"), resolved.Require("vocab.json"));
        Assert.IsNull(resolved.Find("vocab.txt"));
        Assert.Contains("vocab.txt", Assert.ThrowsExactly<FileNotFoundException>(() => resolved.Require("vocab.txt")).Message);
        Assert.AreEqual(new FileInfo(resolved.WeightsPath).Length, resolved.WeightsBytes);
        using var weights = resolved.OpenWeights();
        Assert.IsTrue(weights.Contains("w"));
    }

    [TestMethod]
    public void AHubIdIsParsedWithItsRevision()
    {
        Assert.AreEqual("FacebookAI/roberta-base", BaseModel.Parse("FacebookAI/roberta-base").ToString());
        Assert.AreEqual("FacebookAI/roberta-base@v1", BaseModel.Parse("FacebookAI/roberta-base@v1").ToString());
        Assert.IsInstanceOfType<HubBaseModel>(BaseModel.Parse("FacebookAI/roberta-base"));
    }

    [TestMethod]
    [DataRow("roberta")]
    [DataRow("./no/such/folder")]
    [DataRow("/no/such/folder")]
    [DataRow("a/b/c")]
    [DataRow("../up")]
    [DataRow("a/b@../c")]
    [DataRow("a/b@")]
    public void SomethingElseIsRefusedWithTheThreeForms(string text)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => BaseModel.Parse(text));
        Assert.Contains("bundled", error.Message);
        Assert.Contains("directory", error.Message);
        Assert.Contains("FacebookAI/roberta-base", error.Message);
    }

    [TestMethod]
    public void BadArgumentsAreRefusedAtOnce()
    {
        Assert.ThrowsExactly<ArgumentException>(() => BaseModel.Parse(" "));
        Assert.ThrowsExactly<ArgumentException>(() => BaseModel.FromHub("a/b/c"));
        Assert.ThrowsExactly<ArgumentException>(() => BaseModel.FromHub("a/b", ".."));
        Assert.ThrowsExactly<ArgumentException>(() => BaseModel.FromBundle("../x"));
        Assert.ThrowsExactly<ArgumentException>(() => BaseModel.FromDirectory(""));
        Assert.ThrowsExactly<ArgumentNullException>(() => BaseModel.SearchPath = null!);
        Assert.ThrowsExactly<ArgumentException>(() => BaseModel.SearchPath = [""]);
    }

    [TestMethod]
    public void WhatIsMissingIsNamed()
    {
        AssertMissing(BaseModel.FromDirectory(_folder["none"]), "none");
        Directory.CreateDirectory(_folder["m"]);
        AssertMissing(BaseModel.FromDirectory(_folder["m"]), "config.json");
        _folder.Write("m/config.json", BaseFolder.Config);
        AssertMissing(BaseModel.FromDirectory(_folder["m"]), "model.safetensors");
        _folder.Write("m/pytorch_model.bin", "x");
        Assert.Contains("save_pretrained", Assert.ThrowsExactly<InvalidDataException>(() => BaseModel.FromDirectory(_folder["m"]).Resolve()).Message);
        AssertMissing(BaseModel.FromBundle("no-such-bundle"), Path.Combine(AppContext.BaseDirectory, "models", "no-such-bundle"));
    }

    [TestMethod]
    public void AHubModelComesFromTheSearchPathOrTheCache()
    {
        var hub = new HubBaseModel("own/name", "main");
        var cache = BaseFolder.Offline(_folder["cache"]);
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => hub.Resolve([_folder["path"]], cache));
        Assert.Contains(_folder["path", "own", "name"], error.Message);
        Assert.Contains(_folder["cache", "models--own--name"], error.Message);
        Assert.Contains("hf download own/name", error.Message);

        var snapshot = BaseFolder.WriteCached(_folder, "cache", "own/name");
        var cached = hub.Resolve([_folder["path"]], cache);
        Assert.AreEqual(snapshot, cached.Directory);
        Assert.AreEqual(BaseFolder.Commit, cached.Revision);
        Assert.AreEqual(snapshot, new HubBaseModel("own/name", BaseFolder.Commit).Resolve([], cache).Directory);
        Assert.AreEqual(snapshot, hub.Resolve([_folder["cache"]], BaseFolder.Offline(_folder["elsewhere"])).Directory);

        BaseFolder.Write(_folder, "path/own/name");
        Assert.AreEqual(_folder["path", "own", "name"], hub.Resolve([_folder["path"]], cache).Directory);
    }

    [TestMethod]
    public void AnUnknownRevisionIsNotReplacedByAnother()
    {
        BaseFolder.WriteCached(_folder, "cache", "own/name");
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => new HubBaseModel("own/name", "v2").Resolve([], BaseFolder.Offline(_folder["cache"])));
        Assert.Contains("--revision v2", error.Message);
    }

    [TestMethod]
    public void AShardedBaseCountsAllItsFiles()
    {
        BaseFolder.Write(_folder, "m");
        File.Move(_folder["m", "model.safetensors"], _folder["m", "part.safetensors"]);
        _folder.Write("m/model.safetensors.index.json", """{"weight_map":{"w":"part.safetensors"}}""");
        var resolved = BaseModel.FromDirectory(_folder["m"]).Resolve();
        CollectionAssert.AreEqual(
            new[] { "config.json", "model.safetensors.index.json", "part.safetensors", "vocab.json", "merges.txt" }, resolved.DecisiveFiles().ToArray());
        using var weights = resolved.OpenWeights();
        Assert.IsTrue(weights.Contains("w"));
    }

    [TestMethod]
    public void TheSearchPathBeginsWithTheEnvironment()
    {
        var fromEnvironment = BaseSearchPath.FromEnvironment(name => name == "MLNETLORA_BASE_PATH" ? $"{_folder.Root}{Path.PathSeparator}{Path.PathSeparator} x" : null);
        CollectionAssert.AreEqual(new[] { _folder.Root, Path.GetFullPath("x") }, fromEnvironment.ToArray());
        Assert.IsEmpty(BaseSearchPath.FromEnvironment(_ => null));
    }

    private static void AssertMissing(BaseModel model, string what) =>
        Assert.Contains(what, Assert.ThrowsExactly<FileNotFoundException>(() => model.Resolve()).Message);
}
