using Microsoft.AspNetCore.Http;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>Contents that are not what they should be: on the way, in an unfinished file, in the cache.</summary>
[TestClass]
public sealed class HubContentTests : HubTest
{
    private string Weights => TestModel.Sha256(Model.Files["model.safetensors"]);

    [TestMethod]
    public void AServerThatKnowsNoRangesSendsAllAgain()
    {
        File.WriteAllBytes(Partial(), Model.Files["model.safetensors"][..1_000_000]);
        Hub.Fault = context =>
        {
            context.Request.Headers.Remove("Range");
            return Task.FromResult(false);
        };
        Download();
        AssertWhole();
    }

    [TestMethod]
    [DataRow(false, DisplayName = "a flipped bit in what was there")]
    [DataRow(true, DisplayName = "more than the file has")]
    public void APartThatIsWrongIsThrownAwayAndFetchedAnew(bool tooLong)
    {
        var part = Model.Files["model.safetensors"][..1_000_000];
        part[500] ^= 1;
        File.WriteAllBytes(Partial(), tooLong ? new byte[4_000_000] : part);
        Download();
        AssertWhole();
    }

    [TestMethod]
    public void AFlippedBitOnTheWayIsNoticedAndTheFileFetchedAnew()
    {
        var flips = 2;
        Hub.Send = (context, content) => content.Length > 1000 && Interlocked.Decrement(ref flips) >= 0 ? Whole(context, Flip(content)) : Whole(context, content);
        Download();
        AssertWhole();
        Assert.HasCount(3, Hub.Fetches(Weights).Where(r => r.AtStore).ToArray());
    }

    [TestMethod]
    [DataRow("model.safetensors", "SHA-256")]
    [DataRow("config.json", "git SHA-1")]
    public void AFileThatIsAlwaysWrongIsRefusedAndNothingOfItKept(string name, string kind)
    {
        var length = Model.Files[name].Length;
        Hub.Send = (context, content) => Whole(context, content.Length == length ? Flip(content) : content);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Download());
        Assert.Contains($"{name} from", error.Message);
        Assert.Contains($"its {kind} is", error.Message);
        Assert.Contains(Model.Etag(name), error.Message);
        Assert.IsFalse(Path.Exists(Path.Combine(Snapshot, name)));
        Assert.IsFalse(File.Exists(Blob(name)) || File.Exists(Blob(name) + ".incomplete"));
        Assert.IsFalse(File.Exists(Folder["cache", "models--own--name", "refs", "main"]));
    }

    [TestMethod]
    public void ABodyOfAnotherLengthIsRefused()
    {
        Hub.Fault = async context =>
        {
            if (context.Connection.LocalPort != Hub.Store.Port) return false;
            context.Response.ContentLength = 6;
            await context.Response.WriteAsync("<html>");
            return true;
        };
        Assert.Contains("length", Assert.ThrowsExactly<InvalidDataException>(() => Download()).Message);
        Hub.Fault = async context =>
        {
            if (context.Connection.LocalPort != Hub.Store.Port) return false;
            var endless = new byte[1_000_000];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(endless);
            return true;
        };
        Assert.Contains("more than", Assert.ThrowsExactly<InvalidDataException>(() => Download()).Message);
    }

    [TestMethod]
    public void ADamagedCacheIsMendedOrOfflineRefused()
    {
        var model = new HubBaseModel(TestModel.Id, "main");
        Download();
        HubDownloadTests.Damage(WeightsBlob);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => model.Resolve([], BaseFolder.Offline(Cache)));
        Assert.Contains("model.safetensors is damaged: its SHA-256 is", error.Message);

        Assert.AreEqual(Snapshot, model.Resolve([], Hub.Settings(Cache)).Directory);
        AssertWhole();
        model.Resolve([], BaseFolder.Offline(Cache));
    }

    private static async Task Whole(HttpContext context, ReadOnlyMemory<byte> content) => await context.Response.Body.WriteAsync(content);

    private static ReadOnlyMemory<byte> Flip(ReadOnlyMemory<byte> content)
    {
        var copy = content.ToArray();
        copy[copy.Length / 2] ^= 1;
        return copy;
    }

    /// <summary>The path of the unfinished weights, in a folder that is there.</summary>
    private string Partial()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(WeightsBlob)!);
        return WeightsBlob + ".incomplete";
    }
}
