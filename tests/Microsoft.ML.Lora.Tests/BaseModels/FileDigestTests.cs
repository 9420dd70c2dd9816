namespace Microsoft.ML.Lora.Tests.BaseModels;

[TestClass]
public sealed class FileDigestTests
{
    [TestMethod]
    public void TheDigestFollowsTheContent()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("x", "abc");
        Assert.AreEqual(new("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3), FileDigest.Of(path));
        File.WriteAllText(path, "abd");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        Assert.AreNotEqual("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", FileDigest.Of(path).Sha256);
    }

    [TestMethod]
    public void ALinkIsReadThroughAndNoticedWhenItsTargetChanges()
    {
        using var folder = new TemporaryFolder();
        folder.Write("blobs/1", "abc");
        Directory.CreateDirectory(folder["snapshots"]);
        try
        {
            File.CreateSymbolicLink(folder["snapshots", "x"], Path.Combine("..", "blobs", "1"));
        }
        catch (IOException e) when (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive($"This account may not create links: {e.Message}");
        }
        Assert.AreEqual(3, FileDigest.Of(folder["snapshots", "x"]).Bytes);
        folder.Write("blobs/1", "abcd");
        Assert.AreEqual(4, FileDigest.Of(folder["snapshots", "x"]).Bytes);
    }

    [TestMethod]
    public void AFileIsReadOnlyOnceWhileItStays()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("x", "abc");
        Assert.AreSame(FileDigest.Of(path), FileDigest.Of(path));
    }
}
