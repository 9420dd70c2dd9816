namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>Downloads by processes of their own: killed ones, several at once, through a proxy.</summary>
[TestClass]
public sealed class HubProcessTests : HubTest
{
    private Dictionary<string, string?> Environment => new() { ["HF_ENDPOINT"] = Hub.Endpoint.ToString(), ["HF_HUB_CACHE"] = Cache, ["HF_HOME"] = Folder["home"] };

    [TestMethod]
    public async Task AKilledDownloadGoesOnAndEndsWithTheRightHash()
    {
        Hub.Send = async (context, content) =>
        {
            if (content.Length < 1000) { await context.Response.Body.WriteAsync(content); return; }
            await context.Response.Body.WriteAsync(content[..2_000_000]);
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var unfinished = WeightsBlob + ".incomplete";
        using (var killed = HubProcess.Start("HubDownloader", Environment, TestModel.Id))
        {
            for (var i = 0; i < 600 && !(File.Exists(unfinished) && new FileInfo(unfinished).Length >= 1_000_000); i++) await Task.Delay(100);
            killed.Kill();
            Assert.AreNotEqual(0, killed.Wait().ExitCode);
        }
        var part = new FileInfo(unfinished).Length;
        Assert.IsGreaterThanOrEqualTo(1_000_000, part);
        Assert.IsLessThanOrEqualTo(2_000_000, part);
        Assert.IsFalse(File.Exists(WeightsBlob) || Path.Exists(Path.Combine(Snapshot, "model.safetensors")));

        Hub.Send = static async (context, content) => await context.Response.Body.WriteAsync(content);
        using var second = HubProcess.Start("HubDownloader", Environment, TestModel.Id);
        var (exitCode, output, error) = second.Wait();
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual(Snapshot, output);
        AssertWhole();
        Assert.AreEqual($"bytes={part}-", Hub.Fetches(Model.Etag("model.safetensors"))[^1].Range);
        Assert.AreEqual(Model.Etag("model.safetensors"), FileDigest.Read(WeightsBlob).Sha256);
    }

    [TestMethod]
    public void ProcessesAtOnceEndWithOneGoodCopy()
    {
        Hub.Send = async (context, content) =>
        {
            for (var i = 0; i < content.Length; i += 300_000)
            {
                await context.Response.Body.WriteAsync(content[i..Math.Min(content.Length, i + 300_000)]);
                await context.Response.Body.FlushAsync();
                if (content.Length > 1000) await Task.Delay(400);
            }
        };
        var processes = Enumerable.Range(0, 3).Select(_ => HubProcess.Start("HubDownloader", Environment, TestModel.Id)).ToArray();
        foreach (var process in processes)
        {
            var (exitCode, output, error) = process.Wait();
            process.Dispose();
            Assert.AreEqual(0, exitCode, error);
            Assert.AreEqual(Snapshot, output);
        }
        AssertWhole();
        Assert.HasCount(1, Hub.Fetches(Model.Etag("model.safetensors")).Where(r => r.AtStore).ToArray());
        Assert.HasCount(3, Hub.Requests.Where(r => r.Path.Contains("/revision/")).ToArray());
        Assert.HasCount(4, Directory.GetFiles(Path.GetDirectoryName(WeightsBlob)!));
    }

    [TestMethod]
    public void AProxyIsHonoured()
    {
        // The name exists nowhere: only a proxy can have brought the requests here.
        var environment = Environment;
        environment["HF_ENDPOINT"] = "http://hub.invalid";
        environment["http_proxy"] = Hub.Endpoint.ToString();
        using var process = HubProcess.Start("HubDownloader", environment, TestModel.Id);
        var (exitCode, _, error) = process.Wait();
        Assert.AreEqual(0, exitCode, error);
        Assert.IsTrue(Hub.Requests.Any(r => r.Authority == "hub.invalid"));
        AssertWhole();
    }

    [TestMethod]
    public void TheVariablesHoldInAProcessOfItsOwn()
    {
        var environment = Environment;
        environment.Remove("HF_HUB_CACHE");
        environment["HF_HUB_OFFLINE"] = "1";
        using (var offline = HubProcess.Start("HubDownloader", environment, TestModel.Id))
        {
            var (exitCode, _, error) = offline.Wait();
            Assert.AreEqual(1, exitCode);
            Assert.Contains("HF_HUB_OFFLINE", error);
            Assert.AreEqual(0, Hub.Connections);
        }
        environment.Remove("HF_HUB_OFFLINE");
        Folder.Write("home/token", Token);
        using (var online = HubProcess.Start("HubDownloader", environment, TestModel.Id))
            Assert.AreEqual(Folder["home", "hub", "models--own--name", "snapshots", Model.Commit], online.Wait().Output);
        Assert.IsTrue(Hub.Requests.Where(r => !r.AtStore).All(r => r.Authorization == $"Bearer {Token}"));
    }
}
