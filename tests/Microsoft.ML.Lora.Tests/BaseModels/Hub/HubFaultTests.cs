using Microsoft.AspNetCore.Http;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>Servers and lines that fail in passing or for good.</summary>
[TestClass]
public sealed class HubFaultTests : HubTest
{
    private string Weights => TestModel.Sha256(Model.Files["model.safetensors"]);

    [TestMethod]
    public void ACutConnectionGoesOnWhereItWasCut()
    {
        var cuts = 4;
        Hub.Send = (context, content) => content.Length > 1000 && Interlocked.Decrement(ref cuts) >= 0 ? Cut(context, content, 300_000) : Whole(context, content);
        Download();
        AssertWhole();
        var fetches = Hub.Fetches(Weights).Where(r => r.AtStore).ToArray();
        Assert.HasCount(5, fetches);
        Assert.IsNull(fetches[0].Range);
        foreach (var later in fetches.Skip(1)) Assert.AreNotEqual("bytes=0-", later.Range ?? "bytes=0-");
    }

    [TestMethod]
    public void CutsThatLetEnoughThroughDoNotCount()
    {
        var fetches = 0;
        Model.Files["model.safetensors"] = new byte[12_000_000];
        Hub.Send = (context, content) => content.Length > 1_400_000 && Interlocked.Increment(ref fetches) > 0 ? Cut(context, content, 1_300_000) : Whole(context, content);
        Download();
        AssertWhole();
        Assert.IsGreaterThan(6, fetches);
    }

    [TestMethod]
    public void AServerThatCutsForEverIsGivenUp()
    {
        Hub.Send = (context, content) => content.Length > 1000 ? Cut(context, content, 10) : Whole(context, content);
        var error = Assert.ThrowsExactly<IOException>(() => Download());
        Assert.Contains("the connection was cut", error.Message);
        Assert.Contains(Hub.Store.Authority, error.Message);
        Assert.DoesNotContain("X-Amz-Signature", error.ToString());
    }

    [TestMethod]
    public void AServerThatFallsSilentIsAskedAgain()
    {
        var silent = 1;
        Hub.Send = async (context, content) =>
        {
            if (content.Length < 1000 || Interlocked.Decrement(ref silent) < 0) { await Whole(context, content); return; }
            await context.Response.Body.WriteAsync(content[..500_000]);
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        Download(Hub.Settings(Cache) with { Silence = TimeSpan.FromSeconds(1) });
        AssertWhole();
        Assert.HasCount(2, Hub.Fetches(Weights).Where(r => r.AtStore).ToArray());
    }

    [TestMethod]
    public void ASlowServerIsWaitedFor()
    {
        Hub.Send = async (context, content) =>
        {
            for (var i = 0; i < content.Length; i += 500_000)
            {
                await context.Response.Body.WriteAsync(content[i..Math.Min(content.Length, i + 500_000)]);
                await context.Response.Body.FlushAsync();
                if (content.Length > 1000) await Task.Delay(300);
            }
        };
        Download(Hub.Settings(Cache) with { Silence = TimeSpan.FromSeconds(1.5) });
        Assert.HasCount(1, Hub.Fetches(Weights).Where(r => r.AtStore).ToArray());
    }

    [TestMethod]
    [DataRow(429)]
    [DataRow(500)]
    [DataRow(502)]
    [DataRow(503)]
    [DataRow(504)]
    public void WhatFailsInPassingIsAskedAgain(int status)
    {
        var refusals = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        Hub.Fault = async context =>
        {
            var key = context.Request.Method + context.Request.Path;
            if (refusals.AddOrUpdate(key, 1, (_, count) => count + 1) > 2) return false;
            if (status == 429) context.Response.Headers.RetryAfter = "0";
            await TestHub.RefuseAsync(context, status);
            return true;
        };
        Download();
        AssertWhole();
    }

    [TestMethod]
    public void AServerThatAsksToWaitIsWaitedForButNotForHours()
    {
        var refusals = 1;
        Hub.Fault = async context =>
        {
            if (Interlocked.Decrement(ref refusals) < 0) return false;
            context.Response.Headers.RetryAfter = "1";
            await TestHub.RefuseAsync(context, 429);
            return true;
        };
        var started = Environment.TickCount64;
        Download();
        Assert.IsGreaterThanOrEqualTo(990, Environment.TickCount64 - started);

        Hub.Fault = async context =>
        {
            context.Response.Headers.RetryAfter = "3600";
            await TestHub.RefuseAsync(context, 429);
            return true;
        };
        var before = Hub.Requests.Count;
        Assert.Contains("3600 s", Assert.ThrowsExactly<IOException>(() => Download()).Message);
        Assert.HasCount(before + 1, Hub.Requests);
    }

    [TestMethod]
    public void AServerThatFailsForGoodIsGivenUpWithItsStatus()
    {
        Hub.Fault = context => TestHub.RefuseAsync(context, 503, message: "maintenance").ContinueWith(_ => true, TaskScheduler.Default);
        var error = Assert.ThrowsExactly<IOException>(() => Download());
        Assert.Contains("503", error.Message);
        Assert.Contains("maintenance", error.Message);
        Assert.HasCount(6, Hub.Requests);
    }

    [TestMethod]
    public void AHubThatIsNotThereIsNamed()
    {
        var settings = Hub.Settings(Cache) with { Endpoint = new("http://127.0.0.1:1/") };
        var error = Assert.ThrowsExactly<IOException>(() => Download(settings));
        Assert.Contains("127.0.0.1:1 cannot be reached", error.Message);
        Assert.Contains("HF_ENDPOINT", error.Message);

        error = Assert.ThrowsExactly<IOException>(() => new HubBaseModel(TestModel.Id, "main").Resolve([Folder["path"]], settings));
        foreach (var part in (string[])["127.0.0.1:1 cannot be reached", Folder["path", "own", "name"], Folder["cache", "models--own--name"]])
            Assert.Contains(part, error.Message);
    }

    [TestMethod]
    public void ACancelledDownloadStopsAndGoesOnLater()
    {
        using var cancellation = new CancellationTokenSource();
        Hub.Send = async (context, content) =>
        {
            if (content.Length < 1000) { await Whole(context, content); return; }
            await context.Response.Body.WriteAsync(content[..1_000_000]);
            await context.Response.Body.FlushAsync();
            while (!File.Exists(WeightsBlob + ".incomplete") || new FileInfo(WeightsBlob + ".incomplete").Length < 500_000) await Task.Delay(10);
            cancellation.Cancel();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        Assert.Throws<OperationCanceledException>(() => Download(cancellation: cancellation.Token));
        Assert.IsFalse(File.Exists(Path.Combine(Snapshot, "model.safetensors")));
        var part = new FileInfo(WeightsBlob + ".incomplete").Length;
        Assert.IsGreaterThanOrEqualTo(500_000, part);

        Hub.Send = Whole;
        Download();
        AssertWhole();
        Assert.AreEqual($"bytes={part}-", Hub.Fetches(Weights)[^1].Range);
    }

    private static async Task Whole(HttpContext context, ReadOnlyMemory<byte> content) => await context.Response.Body.WriteAsync(content);

    private static async Task Cut(HttpContext context, ReadOnlyMemory<byte> content, int after)
    {
        await context.Response.Body.WriteAsync(content[..Math.Min(after, content.Length)]);
        await context.Response.Body.FlushAsync();
        // What was sent is read before the cut is noticed.
        await Task.Delay(50);
        context.Abort();
    }
}
