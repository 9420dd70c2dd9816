namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>What tests of the hub share: a hub, a folder, and the model <see cref="TestModel.Id"/>.</summary>
public abstract class HubTest
{
    protected const string Token = "hf_TokenThatMustNotShow";

    private protected TemporaryFolder Folder { get; } = new();

    private protected TestHub Hub { get; } = new();

    private protected TestModel Model => Hub.Models[TestModel.Id];

    private protected string Cache => Folder["cache"];

    private protected string Snapshot => Folder["cache", "models--own--name", "snapshots", Model.Commit];

    private protected string WeightsBlob => Blob("model.safetensors");

    [TestCleanup]
    public void Cleanup()
    {
        Hub.Dispose();
        Folder.Dispose();
    }

    private protected string Blob(string name) => Folder["cache", "models--own--name", "blobs", Model.Etag(name)];

    /// <summary>Fetches the model into the cache and gives the snapshot's directory.</summary>
    private protected string Download(
        HubSettings? settings = null, string id = TestModel.Id, string revision = "main", IProgress<HubProgress>? progress = null, CancellationToken cancellation = default) =>
        new HubBaseModel(id, revision).DownloadAsync(settings ?? Hub.Settings(Cache), progress, cancellation).GetAwaiter().GetResult().Directory;

    /// <summary>Checks that the weights are in the cache, byte for byte, and that nothing unfinished is.</summary>
    private protected void AssertWhole()
    {
        foreach (var name in (string[])["config.json", "vocab.json", "merges.txt", "model.safetensors"])
            CollectionAssert.AreEqual(Model.Files[name], File.ReadAllBytes(Path.Combine(Snapshot, name)), name);
        Assert.IsEmpty(Directory.GetFiles(Folder["cache"], "*.incomplete", SearchOption.AllDirectories));
    }
}
