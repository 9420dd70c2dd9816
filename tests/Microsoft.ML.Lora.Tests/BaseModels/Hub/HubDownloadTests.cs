using System.Text;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

[TestClass]
public sealed class HubDownloadTests : HubTest
{
    [TestMethod]
    public void OnlyWhatIsNeededComesAndLiesAsPythonsToolsLayItOut()
    {
        string[] needed = ["config.json", "merges.txt", "model.safetensors", "tokenizer_config.json", "vocab.json"];
        Assert.AreEqual(Snapshot, Download());
        AssertWhole();
        CollectionAssert.AreEquivalent(needed, Directory.GetFiles(Snapshot).Select(Path.GetFileName).ToArray());
        CollectionAssert.AreEquivalent(needed.Select(Model.Etag).Distinct().ToArray(), Directory.GetFiles(Path.GetDirectoryName(WeightsBlob)!).Select(Path.GetFileName).ToArray());
        foreach (var name in needed) Assert.AreEqual(Path.Combine("..", "..", "blobs", Model.Etag(name)), new FileInfo(Path.Combine(Snapshot, name)).LinkTarget);
        Assert.AreEqual(Model.Commit, File.ReadAllText(Folder["cache", "models--own--name", "refs", "main"]));
        Assert.IsTrue(File.Exists(Folder["cache", ".locks", "models--own--name", $"{Model.Etag("model.safetensors")}.lock"]));
        Assert.IsTrue(Hub.Requests.All(r => !r.Path.Contains("pytorch") && !r.Path.Contains("onnx") && !r.Path.Contains("README")));
        Assert.IsTrue(Hub.Requests.All(r => r.UserAgent!.StartsWith("MlNetLora/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void WhatTheCacheHasIsUsedWithoutAskingAndNotFetchedAgain()
    {
        var model = new HubBaseModel(TestModel.Id, "main");
        Assert.AreEqual(Snapshot, model.Resolve([], Hub.Settings(Cache)).Directory);
        Assert.HasCount(1, Hub.Fetches(TestModel.Sha256(Model.Files["model.safetensors"])));
        var (connections, requests) = (Hub.Connections, Hub.Requests.Count);

        var resolved = model.Resolve([], Hub.Settings(Cache));
        Assert.AreEqual(Snapshot, resolved.Directory);
        Assert.AreEqual(Model.Commit, resolved.Revision);
        Assert.AreEqual(Snapshot, Download(revision: Model.Commit));
        Assert.AreEqual(connections, Hub.Connections);

        Download();
        Assert.HasCount(1, Hub.Fetches(TestModel.Sha256(Model.Files["model.safetensors"])));
        Assert.IsTrue(Hub.Requests.Skip(requests).All(r => r.Method == "HEAD" || r.Path.Contains("/revision/")));
    }

    [TestMethod]
    public void ADownloadFollowsTheBranch()
    {
        var old = Download();
        Hub.Models[TestModel.Id] = TestModel.Roberta(seed: 2);
        Model.Commit = new string('2', 40);
        Assert.AreEqual(old, new HubBaseModel(TestModel.Id, "main").Resolve([], Hub.Settings(Cache)).Directory);
        Assert.AreNotEqual(old, Download());
        AssertWhole();
        Assert.AreEqual(Snapshot, new HubBaseModel(TestModel.Id, "main").Resolve([], Hub.Settings(Cache)).Directory);
        Assert.AreEqual(old, Download(revision: BaseFolder.Commit));
    }

    [TestMethod]
    [DataRow("main")]
    [DataRow(BaseFolder.Commit)]
    public void SettingsThatAnotherProgramLeftOutAreFetched(string revision)
    {
        Model.Files["tokenizer_config.json"] = """{"add_prefix_space": true}"""u8.ToArray();
        Download();
        var settings = Path.Combine(Snapshot, "tokenizer_config.json");
        File.Delete(settings);
        var model = new HubBaseModel(TestModel.Id, revision);
        Assert.AreEqual(Snapshot, model.Resolve([], Hub.Settings(Cache)).Directory);
        CollectionAssert.AreEqual(Model.Files["tokenizer_config.json"], File.ReadAllBytes(settings));

        File.Delete(settings);
        Download(revision: revision);
        Assert.IsTrue(File.Exists(settings));
    }

    [TestMethod]
    public void SettingsThatTheHubLacksAreAskedForOnce()
    {
        Model.Files.Remove("tokenizer_config.json");
        var model = new HubBaseModel(TestModel.Id, "main");
        Assert.AreEqual(Snapshot, model.Resolve([], Hub.Settings(Cache)).Directory);
        Assert.IsTrue(File.Exists(Folder["cache", "models--own--name", ".no_exist", Model.Commit, "tokenizer_config.json"]));
        var requests = Hub.Requests.Count;
        Assert.AreEqual(Snapshot, model.Resolve([], Hub.Settings(Cache)).Directory);
        Assert.HasCount(requests, Hub.Requests);

        Directory.Delete(Folder["cache", "models--own--name", ".no_exist"], recursive: true);
        Hub.Fault = context => TestHub.RefuseAsync(context, 404, null).ContinueWith(_ => true, TaskScheduler.Default);
        Assert.AreEqual(Snapshot, model.Resolve([], Hub.Settings(Cache) with { Offline = true }).Directory);
        Assert.HasCount(requests, Hub.Requests);
    }

    [TestMethod]
    [DataRow(401, "RepoNotFound")]
    [DataRow(403, "GatedRepo")]
    [DataRow(404, "RevisionNotFound")]
    [DataRow(503, null)]
    public void WhatTheCacheHasServesWhereTheHubDoesNotSayWhatItLacks(int status, string? code)
    {
        Model.Files.Remove("tokenizer_config.json");
        Download();
        Directory.Delete(Folder["cache", "models--own--name", ".no_exist"], recursive: true);
        Hub.Fault = context => TestHub.RefuseAsync(context, status, code).ContinueWith(_ => true, TaskScheduler.Default);
        Assert.AreEqual(Snapshot, new HubBaseModel(TestModel.Id, "main").Resolve([], Hub.Settings(Cache)).Directory);
    }

    [TestMethod]
    public void WhatAnotherProgramLeftOutIsFetched()
    {
        Download();
        File.Delete(Path.Combine(Snapshot, "merges.txt"));
        var weights = Hub.Fetches(TestModel.Sha256(Model.Files["model.safetensors"])).Count;
        new HubBaseModel(TestModel.Id, "main").Resolve([], Hub.Settings(Cache));
        AssertWhole();
        Assert.HasCount(weights, Hub.Fetches(TestModel.Sha256(Model.Files["model.safetensors"])));
    }

    [TestMethod]
    public void WeightsInSeveralFilesComeWithTheirIndex()
    {
        var weights = Model.Files["model.safetensors"];
        Model.Files.Remove("model.safetensors");
        Model.Files["model-00001-of-00002.safetensors"] = weights[..1_000_000];
        Model.Files["model-00002-of-00002.safetensors"] = weights[1_000_000..];
        Model.Files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes(
            """{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""");
        var progress = new Reports();
        Download(progress: progress);
        CollectionAssert.AreEqual(weights[1_000_000..], File.ReadAllBytes(Path.Combine(Snapshot, "model-00002-of-00002.safetensors")));
        Assert.AreEqual(Snapshot, new HubBaseModel(TestModel.Id, "main").Resolve([], BaseFolder.Offline(Cache)).Directory);
        Assert.AreEqual(progress.All[^1].TotalBytes, progress.All[^1].Bytes);

        File.Delete(Path.Combine(Snapshot, "model-00001-of-00002.safetensors"));
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => new HubBaseModel(TestModel.Id, "main").Resolve([], BaseFolder.Offline(Cache)));
        Assert.Contains("has no model-00001-of-00002.safetensors", error.Message);

        Model.Files.Remove("model-00001-of-00002.safetensors");
        Assert.Contains("lacks model-00001-of-00002.safetensors", Assert.ThrowsExactly<InvalidDataException>(() => Download()).Message);
    }

    [TestMethod]
    [DataRow("config.json", "no config.json")]
    [DataRow("merges.txt", "no vocabulary")]
    [DataRow("vocab.json", "hf download own/name --local-dir DIRECTORY and run in its directory python -c")]
    [DataRow("model.safetensors", "only as pytorch_model.bin")]
    public void WhatIsNoBaseIsRefusedBeforeItsWeightsAreFetched(string without, string reason)
    {
        Model.Files.Remove(without);
        Assert.Contains(reason, Assert.ThrowsExactly<InvalidDataException>(() => Download()).Message);
        Assert.IsFalse(Hub.Requests.Any(r => r.Path.Contains("model.safetensors") || r.Path.Contains("pytorch_model") || r.AtStore));
    }

    [TestMethod]
    [DataRow("gpt2", "model_type \"gpt2\" is not supported; supported are roberta, bert, distilbert")]
    [DataRow("xlm-roberta", "model_type \"xlm-roberta\" is not supported")]
    public void AnotherArchitectureIsRefusedByNameBeforeItsWeightsAreFetched(string modelType, string reason)
    {
        Model.Files["config.json"] = Encoding.UTF8.GetBytes(BaseFolder.Config.Replace("\"roberta\"", $"\"{modelType}\""));
        Model.Files.Remove("vocab.json");
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Download());
        Assert.Contains(reason, error.Message);
        Assert.Contains("The model 'own/name' on the hub", error.Message);
        Assert.IsFalse(Hub.Requests.Any(r => r.Path.Contains("model.safetensors") || r.AtStore));
    }

    [TestMethod]
    public void APickleIsAnsweredWithTheCommandThatConvertsIt()
    {
        Model.Files.Remove("model.safetensors");
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Download());
        Assert.Contains("AutoModel.from_pretrained('own/name').save_pretrained('DIRECTORY', safe_serialization=True)", error.Message);
    }

    [TestMethod]
    public void WhereNoLinksMayBeMadeFilesLieInTheSnapshot()
    {
        var settings = Hub.Settings(Cache) with { Links = false };
        Download(settings);
        AssertWhole();
        Assert.IsNull(new FileInfo(Path.Combine(Snapshot, "model.safetensors")).LinkTarget);
        Download(settings);
        Assert.HasCount(1, Hub.Fetches(TestModel.Sha256(Model.Files["model.safetensors"])));

        Damage(Path.Combine(Snapshot, "model.safetensors"));
        Download(settings);
        AssertWhole();
    }

    [TestMethod]
    public void ABlobThatAnotherSnapshotLinksToStaysWhereLinksAreNoLongerMade()
    {
        var old = Download();
        Model.Commit = new string('2', 40);
        Download(Hub.Settings(Cache) with { Links = false });
        AssertWhole();
        CollectionAssert.AreEqual(Model.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(old, "model.safetensors")));
        Assert.HasCount(1, Hub.Fetches(TestModel.Sha256(Model.Files["model.safetensors"])));
    }

    [TestMethod]
    public void ProgressRisesToAllOfIt()
    {
        Hub.Send = async (context, content) =>
        {
            for (var i = 0; i < content.Length; i += 1_000_000)
            {
                await context.Response.Body.WriteAsync(content[i..Math.Min(i + 1_000_000, content.Length)]);
                if (content.Length > 1_000_000) await Task.Delay(120);
            }
        };
        var progress = new Reports();
        Download(progress: progress);
        var total = progress.All[0].TotalBytes;
        Assert.IsGreaterThan(TestModel.WeightsLength, total);
        Assert.IsTrue(progress.All.All(p => p.TotalBytes == total && p.FileBytes <= p.FileLength));
        Assert.IsTrue(progress.All.Zip(progress.All.Skip(1)).All(pair => pair.First.Bytes <= pair.Second.Bytes));
        Assert.AreEqual(total, progress.All[^1].Bytes);
        Assert.AreEqual("model.safetensors", progress.All[^1].FileName);
        Assert.IsTrue(progress.All.Any(p => p.FileName == "model.safetensors" && p.FileBytes > 0 && p.FileBytes < p.FileLength));
    }

    [TestMethod]
    [DataRow("../../../x")]
    [DataRow("")]
    [DataRow(".hidden")]
    [DataRow("a b")]
    public void AnEtagThatIsNoPlainNameIsRefused(string etag)
    {
        Hub.Fault = context =>
        {
            if (context.Request.Method != "HEAD") return Task.FromResult(false);
            context.Response.Headers.ETag = $"\"{etag}\"";
            return Task.FromResult(true);
        };
        Assert.Contains("HF_ENDPOINT", Assert.ThrowsExactly<InvalidDataException>(() => Download()).Message);
    }

    [TestMethod]
    public void AWeakEtagOfAnotherServerIsAName()
    {
        Hub.Fault = context =>
        {
            context.Response.OnStarting(() =>
            {
                if (context.Request.Path.Value!.EndsWith("/config.json", StringComparison.Ordinal)) context.Response.Headers.ETag = "W/\"abc-1\"";
                return Task.CompletedTask;
            });
            return Task.FromResult(false);
        };
        Download();
        Assert.AreEqual(Path.Combine("..", "..", "blobs", "abc-1"), new FileInfo(Path.Combine(Snapshot, "config.json")).LinkTarget);
    }

    [TestMethod]
    public void AMirrorMayTellTheContentsOwnSha1()
    {
        var etag = Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(Model.Files["config.json"]));
        Hub.Fault = context =>
        {
            context.Response.OnStarting(() =>
            {
                if (context.Request.Path.Value!.EndsWith("/config.json", StringComparison.Ordinal)) context.Response.Headers.ETag = $"\"{etag}\"";
                return Task.CompletedTask;
            });
            return Task.FromResult(false);
        };
        Download();
        Assert.AreEqual(Path.Combine("..", "..", "blobs", etag), new FileInfo(Path.Combine(Snapshot, "config.json")).LinkTarget);
        Assert.AreEqual(Snapshot, new HubBaseModel(TestModel.Id, "main").Resolve([], BaseFolder.Offline(Cache)).Directory);
        Damage(Blob("merges.txt"));
        Assert.Contains("its git SHA-1 is", Assert.ThrowsExactly<InvalidDataException>(() => new HubBaseModel(TestModel.Id, "main").Resolve([], BaseFolder.Offline(Cache))).Message);
    }

    [TestMethod]
    [DataRow("""{"siblings": []}""", "'sha'")]
    [DataRow("""{"sha": "../x", "siblings": []}""", "'sha'")]
    [DataRow("""{"sha": "e2da8e2f811d1448a5b465c236feacd80ffbac7b", "siblings": [5]}""", "'siblings'")]
    [DataRow("""{"sha": "e2da8e2f811d1448a5b465c236feacd80ffbac7b", "siblings": [{}]}""", "'rfilename'")]
    [DataRow("<html>", "not valid JSON")]
    public void AListingThatMakesNoSenseIsRefused(string answer, string reason)
    {
        Hub.Fault = async context =>
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer));
            return true;
        };
        Assert.Contains(reason, Assert.ThrowsExactly<InvalidDataException>(() => Download()).Message);
    }

    [TestMethod]
    public void AnEndpointMayHaveAPath()
    {
        Hub.MoveTo("/mirror/api/hf/");
        Download();
        AssertWhole();
    }

    /// <summary>Flips a bit in the middle of a file and gives it another time, as a disk or another program would not.</summary>
    internal static void Damage(string path)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = file.Length / 2;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-5));
    }

    private sealed class Reports : IProgress<HubProgress>
    {
        public List<HubProgress> All { get; } = [];

        public void Report(HubProgress value)
        {
            lock (All) All.Add(value);
        }
    }
}
