namespace Microsoft.ML.Lora.Tests.BaseModels;

[TestClass]
public sealed class BaseModelLocatorTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void TheRecordedDirectoryIsEnough()
    {
        var path = BaseFolder.Write(_folder, "m");
        Assert.AreEqual(path, Locator().Find(Reference(path)).Directory);
    }

    [TestMethod]
    [DataRow("path", "path")]
    [DataRow("path/m", "path")]
    [DataRow("path/m", "path/m")]
    public void TheSearchPathComesFirst(string place, string entry)
    {
        var reference = Reference(BaseFolder.Write(_folder, "m"));
        BaseFolder.Write(_folder, place);
        Assert.AreEqual(_folder[place], Locator(_folder[entry]).Find(reference).Directory);
    }

    [TestMethod]
    public void AnotherBaseOnTheWayIsPassedBy()
    {
        var reference = Reference(BaseFolder.Write(_folder, "m"));
        BaseFolder.Write(_folder, "path/m", content: 'b');
        Assert.AreEqual(_folder["m"], Locator(_folder["path"]).Find(reference).Directory);
    }

    [TestMethod]
    public void APlaceThatCannotBeReadIsPassedBy()
    {
        var reference = Reference(BaseFolder.Write(_folder, "m"));
        BaseFolder.Write(_folder, "path/m");
        using (new FileStream(_folder["path", "m", "model.safetensors"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.AreEqual(_folder["m"], Locator(_folder["path"]).Find(reference).Directory);
            Directory.Delete(_folder["m"], recursive: true);
            var error = Assert.ThrowsExactly<InvalidDataException>(() => Locator(_folder["path"]).Find(reference));
            Assert.Contains($"{_folder["path", "m"]} cannot be read", error.Message);
        }
    }

    [TestMethod]
    public void AMovedHubBaseIsFoundInTheCacheUnderAnyCommit()
    {
        var reference = Reference(BaseFolder.WriteCached(_folder, "old", "own/name"), BaseModelKind.Hub, "own/name");
        Directory.Delete(_folder["old"], recursive: true);
        BaseFolder.WriteCached(_folder, "cache", "own/name", new string('1', 40), content: 'b');
        var same = BaseFolder.WriteCached(_folder, "cache", "own/name", new string('2', 40));
        Assert.AreEqual(same, Locator().Find(reference).Directory);
    }

    [TestMethod]
    public void ABundledBaseIsFoundByName()
    {
        var path = BaseFolder.Write(_folder, "bundle/tiny");
        Assert.AreEqual(path, Locator().Find(Reference(path, BaseModelKind.Bundled, "tiny")).Directory);
    }

    [TestMethod]
    public void AMissingBaseNamesEveryPlaceAndTheRemedy()
    {
        var reference = Reference(BaseFolder.WriteCached(_folder, "old", "own/name"), BaseModelKind.Hub, "own/name");
        Directory.Delete(_folder["old"], recursive: true);
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => Locator(_folder["path"]).Find(reference));
        foreach (var place in new[] { _folder["path"], _folder["path", "own/name"], reference.Directory!, _folder["cache", "models--own--name"] })
            Assert.Contains(place, error.Message);
        Assert.Contains($"hf download own/name --revision {BaseFolder.Commit}", error.Message);
        Assert.Contains("MLNETLORA_BASE_PATH", error.Message);
    }

    [TestMethod]
    public void AnAlteredBaseIsRefused()
    {
        var path = BaseFolder.Write(_folder, "m");
        var reference = Reference(path);
        BaseFolder.Write(_folder, "m", content: 'b');
        File.SetLastWriteTimeUtc(_folder["m", "model.safetensors"], DateTime.UtcNow.AddSeconds(5));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Locator().Find(reference));
        Assert.Contains(_folder["m", "model.safetensors"], error.Message);
        Assert.Contains(reference.Files["model.safetensors"].Sha256, error.Message);
        Assert.Contains($"put the base back at {path}", error.Message);
    }

    [TestMethod]
    public void APartOfABaseIsAMissingBase()
    {
        var path = BaseFolder.Write(_folder, "m");
        var reference = Reference(path);
        File.Delete(_folder["m", "model.safetensors"]);
        Assert.Contains(path, Assert.ThrowsExactly<FileNotFoundException>(() => Locator().Find(reference)).Message);
    }

    [TestMethod]
    [DataRow(@"\\server\share\m")]
    [DataRow("//server/share/m")]
    [DataRow("relative/m")]
    public void APathOffThisMachineIsNotFollowed(string directory)
    {
        var reference = Reference(BaseFolder.Write(_folder, "m")) with { Directory = directory };
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => Locator().Find(reference));
        Assert.Contains("not followed", error.Message);
    }

    [TestMethod]
    public void APathOffThisMachineIsFollowedWhereTheUserNamesIt()
    {
        var path = BaseFolder.Write(_folder, "m");
        var shared = "//" + path.TrimStart('/');
        Assert.AreEqual(path, Locator(shared).Find(Reference(path) with { Directory = shared }).Directory);
    }

    private static BaseModelReference Reference(string directory, BaseModelKind kind = BaseModelKind.Directory, string? id = null) =>
        BaseModelReference.To(ResolvedBase.Open(directory, kind, id ?? Path.GetFileName(directory), kind == BaseModelKind.Hub ? BaseFolder.Commit : null));

    private BaseModelLocator Locator(params string[] searchPath) => new(searchPath, [_folder["bundle"]], BaseFolder.Offline(_folder["cache"]));
}
