using Microsoft.Extensions.Options;
using WebSentimentSample;

namespace Microsoft.ML.Lora.Tests.WebSentiment;

[TestClass]
public class MicroBatcherTests
{
    private static MicroBatcher Batcher(LoraFineTuneTransformer model, Action<ServingOptions> change)
    {
        var options = new ServingOptions();
        change(options);
        return new(model, Options.Create(options));
    }

    [TestMethod]
    public async Task AFullQueueTakesNoMore()
    {
        using var served = new Served();
        using var batcher = Batcher(served.Model, o => o.MaxQueuedRows = 2);
        Task<LoraPrediction?>[] waiting = [batcher.PredictAsync("good", default), batcher.PredictAsync("bad", default)];
        Assert.IsNull(await batcher.PredictAsync("good", default));
        await batcher.StartAsync(default);
        foreach (var prediction in waiting) Assert.IsNotNull(await prediction);
        Assert.IsNotNull(await batcher.PredictAsync("good", default));
        await batcher.StopAsync(default);
        Assert.IsNull(await batcher.PredictAsync("good", default));
    }

    [TestMethod]
    public async Task AFullBatchDoesNotWait()
    {
        using var served = new Served();
        using var batcher = Batcher(served.Model, o => (o.MaxBatchRows, o.MaxBatchWait) = (4, 1000));
        await batcher.StartAsync(default);
        var alone = System.Diagnostics.Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => batcher.PredictAsync($"good {i}", default)));
        Assert.IsLessThan(TimeSpan.FromMilliseconds(900), alone.Elapsed);
        alone.Restart();
        await batcher.PredictAsync("good", default);
        Assert.IsGreaterThan(TimeSpan.FromMilliseconds(900), alone.Elapsed);
        await batcher.StopAsync(default);
    }

    [TestMethod]
    public async Task ATextThatNobodyWaitsForIsLeftOut()
    {
        using var served = new Served();
        using var batcher = Batcher(served.Model, _ => { });
        using var gone = new CancellationTokenSource();
        var (abandoned, other) = (batcher.PredictAsync("good", gone.Token), batcher.PredictAsync("bad", default));
        await gone.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => abandoned);
        await batcher.StartAsync(default);
        Assert.AreEqual(served.Model.Predict("bad").Score, (await other)!.Score, 1e-6);
        await batcher.StopAsync(default);
    }

    [TestMethod]
    public async Task AFailureReachesThoseItConcerns()
    {
        using var served = new Served();
        using var batcher = Batcher(served.Model, _ => { });
        await batcher.StartAsync(default);
        served.Model.Dispose();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => batcher.PredictAsync("good", default));
        await batcher.StopAsync(default);
    }

    /// <summary>A model as the application loads it.</summary>
    private sealed class Served : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Served()
        {
            WebServer.WriteModel(_folder["model.zip"]);
            Model = ServedModel.Load(_folder["model.zip"]);
        }

        public LoraFineTuneTransformer Model { get; }

        public void Dispose()
        {
            Model.Dispose();
            _folder.Dispose();
        }
    }
}
