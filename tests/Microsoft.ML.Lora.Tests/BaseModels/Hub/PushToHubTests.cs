using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Tests.Estimators;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

[TestClass]
public sealed class PushToHubTests : HubTest
{
    private const string Repository = "me/adapter";
    private readonly TinyBaseModel _tiny = new();
    private readonly LoraFineTuneTransformer _model;

    public PushToHubTests()
    {
        var ml = new MLContext(seed: 1);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 20)).Transform(Sentences.View(ml, 20));
        var options = Sentences.Options(_tiny);
        options.MaxEpochs = 1;
        _model = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);
    }

    [TestCleanup]
    public void CleanupModel()
    {
        _model.Dispose();
        _tiny.Dispose();
    }

    [TestMethod]
    public void TheAdapterAndItsCardAreCommittedToANewRepository()
    {
        var page = Push();
        Assert.AreEqual($"{Hub.Endpoint}{Repository}/commit/{new string('c', 40)}", page.ToString());
        var created = Hub.Created.Single();
        Assert.AreEqual("me", (string?)created["organization"]);
        Assert.AreEqual("adapter", (string?)created["name"]);
        Assert.AreEqual("model", (string?)created["type"]);
        Assert.IsTrue((bool)created["private"]!);

        var (id, branch, lines) = Hub.Commits.Single();
        Assert.AreEqual(Repository, id);
        Assert.AreEqual("main", branch);
        Assert.AreEqual("header", (string?)lines[0]["key"]);
        Assert.AreEqual("First", (string?)lines[0]["value"]!["summary"]);
        var files = lines.Skip(1).ToDictionary(line => (string)line["value"]!["path"]!, ContentOf);
        CollectionAssert.AreEquivalent(new[] { "adapter_config.json", "adapter_model.safetensors", "README.md" }, files.Keys);

        _model.SaveAdapter(Folder["saved"]);
        CollectionAssert.AreEqual(File.ReadAllBytes(Folder["saved", "adapter_model.safetensors"]), files["adapter_model.safetensors"]);
        using var adapter = PeftAdapterDirectory.Read(files["adapter_config.json"], files["adapter_model.safetensors"], "hub");
        Assert.AreEqual(4, adapter.Config.Rank);
        Assert.AreEqual(Path.GetFileName(_tiny.Directory), adapter.Config.BaseModelNameOrPath);
        Assert.IsTrue(files.Values.All(content => !Encoding.UTF8.GetString(content).Contains(_tiny.Directory)), "No path of this machine leaves it.");
        StringAssert.Contains(Encoding.UTF8.GetString(files["README.md"]), "| 0 | pos |");
        Assert.IsTrue(Hub.Requests.All(r => r.Authorization == $"Bearer {Token}"));
    }

    [TestMethod]
    public void LargeFilesGoToTheStoreWithoutTheTokenAndOnlyOnce()
    {
        Hub.LargeFrom = 3_000;
        Push();
        AssertLarge("adapter_model.safetensors");
        Assert.IsNull(Hub.Requests.Single(r => r.Method == "PUT").Authorization);
        Assert.AreEqual(1, Hub.Completions.Count(each => each["size"] != null), "The hub is asked to verify.");

        Push();
        Assert.HasCount(1, Hub.Requests.Where(r => r.Method == "PUT").ToArray());
        Assert.HasCount(2, Hub.Commits);
    }

    [TestMethod]
    public void LargeFilesGoInPartsWhereTheStoreAsksForThem()
    {
        (Hub.LargeFrom, Hub.PartLength) = (3_000, 1_000);
        Push();
        var line = Hub.Commits.Single().Lines.Single(each => (string?)each["key"] == "lfsFile")["value"]!;
        var (oid, size) = ((string)line["oid"]!, (int)line["size"]!);
        var parts = Enumerable.Range(1, (size + 999) / 1_000).Select(part => Hub.Stored[$"{oid}/{part}"]).ToArray();
        Assert.AreEqual(oid, TestModel.Sha256([.. parts.SelectMany(part => part)]));
        var completion = Hub.Completions.First();
        Assert.AreEqual(oid, (string?)completion["oid"]);
        CollectionAssert.AreEqual(
            parts.Select((part, i) => $"{i + 1} \"{TestModel.Sha256(part)[..8]}\"").ToArray(),
            completion["parts"]!.AsArray().Select(part => $"{part!["partNumber"]} {part["etag"]}").ToArray());
    }

    [TestMethod]
    public void ACardThatWasWrittenByHandStays()
    {
        var repository = Hub.Models[Repository] = new TestModel();
        Push();
        Assert.HasCount(4, Hub.Commits.ToArray()[0].Lines);
        Assert.IsEmpty(Hub.Created);

        repository.Files["README.md"] = ContentOf(Hub.Commits.ToArray()[0].Lines[^1]);
        Push();
        Assert.HasCount(4, Hub.Commits.ToArray()[1].Lines);

        repository.Files["README.md"] = "# Mine"u8.ToArray();
        Push();
        Assert.HasCount(3, Hub.Commits.ToArray()[2].Lines);
    }

    [TestMethod]
    public void ACommitIsNotRepeatedWhereItMayHaveBeenMade()
    {
        Hub.Fault = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/commit/")) return false;
            await TestHub.RefuseAsync(context, 500);
            return true;
        };
        Assert.Contains("500", Assert.ThrowsExactly<IOException>(() => Push()).Message);
        Assert.HasCount(1, Hub.Requests.Where(r => r.Path.Contains("/commit/")).ToArray());
    }

    [TestMethod]
    public void ACommitThatTheHubAsksToWaitForIsMade()
    {
        var refusals = 1;
        Hub.Fault = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/commit/") || Interlocked.Decrement(ref refusals) < 0) return false;
            context.Response.Headers.RetryAfter = "0";
            await TestHub.RefuseAsync(context, 429);
            return true;
        };
        Push();
        Assert.HasCount(1, Hub.Commits);
    }

    [TestMethod]
    public void WhatCannotBePushedSaysWhy()
    {
        Assert.Contains("HF_TOKEN", Assert.ThrowsExactly<InvalidOperationException>(() => Push(Hub.Settings(Cache))).Message);
        Assert.Contains("HF_HUB_OFFLINE", Assert.ThrowsExactly<InvalidOperationException>(() => Push(Hub.Settings(Cache, Token) with { Offline = true })).Message);
        Assert.AreEqual(0, Hub.Connections);
        foreach (var id in (string[])["adapter", "a/b/c", "../x", " "]) Assert.ThrowsExactly<ArgumentException>(() => _model.PushToHub(id));
        Assert.ThrowsExactly<ArgumentException>(() => _model.PushToHub(Repository, branch: ".."));

        Hub.Fault = context => TestHub.RefuseAsync(context, 403, message: "read-only token").ContinueWith(_ => true, TaskScheduler.Default);
        Assert.Contains("HF_TOKEN", Assert.ThrowsExactly<UnauthorizedAccessException>(() => Push()).Message);
        Hub.Fault = context => TestHub.RefuseAsync(context, 401, message: "Invalid credentials in Authorization header").ContinueWith(_ => true, TaskScheduler.Default);
        var error = Assert.ThrowsExactly<UnauthorizedAccessException>(() => Push());
        Assert.Contains("The token was refused", error.Message);
        Assert.DoesNotContain(Token, error.ToString());
    }

    private Uri Push(HubSettings? settings = null) =>
        _model.PushToHub(settings ?? Hub.Settings(Cache, Token), Repository, isPrivate: true, "main", "First", CancellationToken.None);

    private void AssertLarge(string name)
    {
        var line = Hub.Commits.Last().Lines.Single(each => (string?)each["key"] == "lfsFile")["value"]!;
        Assert.AreEqual(name, (string?)line["path"]);
        var oid = (string)line["oid"]!;
        Assert.AreEqual(oid, TestModel.Sha256(Hub.Stored[oid]));
        Assert.HasCount((int)line["size"]!, Hub.Stored[oid]);
    }

    private static byte[] ContentOf(JsonNode line) => Convert.FromBase64String((string)line["value"]!["content"]!);
}
