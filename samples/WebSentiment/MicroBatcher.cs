using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Microsoft.ML.Lora;

namespace WebSentimentSample;

/// <summary>
/// Scores the texts of concurrent requests together: requests put them into a queue, and one thread takes out what is there, at most so many rows, as
/// soon as the oldest has waited long enough. While a batch is scored the next one gathers, so that under load nothing waits for the clock.
/// </summary>
/// <remarks>It is one thread of its own because libtorch keeps a team of workers for each thread that calls it.</remarks>
internal sealed class MicroBatcher(LoraFineTuneTransformer model, IOptions<ServingOptions> options) : IHostedService, IDisposable
{
    /// <summary>The meter, for dotnet-counters and OpenTelemetry.</summary>
    public const string MeterName = "WebSentiment";

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Histogram<int> s_rowsPerBatch = s_meter.CreateHistogram<int>("batch.rows", "{row}", "Texts that were scored together.");

    private readonly int _rows = options.Value.MaxBatchRows;
    private readonly TimeSpan _wait = TimeSpan.FromMilliseconds(options.Value.MaxBatchWait);
    private readonly BlockingCollection<QueuedText> _queue = new(options.Value.MaxQueuedRows);
    private Task _loop = Task.CompletedTask;

    /// <summary>The prediction of a text, once its batch is scored; null where the queue is full or the application is going down.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellation">Takes the text out of the queue.</param>
    public async Task<LoraPrediction?> PredictAsync(string text, CancellationToken cancellation)
    {
        var queued = new QueuedText(text, cancellation);
        return TryQueue(queued) ? await queued.Prediction.Task.WaitAsync(cancellation) : null;
    }

    /// <summary>Starts the thread.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Factory.StartNew(ScoreBatches, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <summary>Answers what is queued, then ends the thread. The server has stopped taking requests by then.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.CompleteAdding();
        return _loop.WaitAsync(cancellationToken);
    }

    public void Dispose() => _queue.Dispose();

    private bool TryQueue(QueuedText text)
    {
        try
        {
            return _queue.TryAdd(text);
        }
        catch (InvalidOperationException) when (_queue.IsAddingCompleted)
        {
            return false;
        }
    }

    private void ScoreBatches()
    {
        var batch = new List<QueuedText>(_rows);
        while (_queue.TryTake(out var oldest, Timeout.Infinite))
        {
            for (var next = oldest; next is not null; next = batch.Count < _rows ? TakeUntil(oldest.Since + _wait) : null)
                if (!next.Cancellation.IsCancellationRequested) batch.Add(next);
            if (batch.Count > 0) Score(batch);
            batch.Clear();
        }
    }

    private QueuedText? TakeUntil(TimeSpan end)
    {
        var left = end - QueuedText.Now;
        _queue.TryTake(out var next, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return next;
    }

    private void Score(List<QueuedText> batch)
    {
        try
        {
            var predictions = model.Predict(batch.ConvertAll(queued => (string?)queued.Text));
            s_rowsPerBatch.Record(batch.Count);
            for (var i = 0; i < batch.Count; i++) batch[i].Prediction.SetResult(predictions[i]);
        }
        catch (Exception error)
        {
            foreach (var queued in batch) queued.Prediction.TrySetException(error);
        }
    }

    private sealed record QueuedText(string Text, CancellationToken Cancellation)
    {
        public static TimeSpan Now => Stopwatch.GetElapsedTime(0);

        public TimeSpan Since { get; } = Now;

        public TaskCompletionSource<LoraPrediction> Prediction { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
