using Polly;
using Polly.Retry;

namespace Microsoft.ML.Lora;

/// <summary>Repeats what failed in passing, each time after a longer wait, or after the wait that the server asks for.</summary>
internal sealed class HubRetry
{
    /// <summary>A server that asks for a longer wait is not waited for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private const int MostRetries = 5;
    private readonly ResiliencePipeline _pipeline;

    public HubRetry(TimeSpan firstDelay) => _pipeline = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = MostRetries,
            Delay = firstDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            MaxDelay = TimeSpan.FromSeconds(30),
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is HubTransientException e
                && args.AttemptNumber < e.MostRetries && !(e.RetryAfter > LongestWait)),
            DelayGenerator = static args => ValueTask.FromResult((args.Outcome.Exception as HubTransientException)?.RetryAfter),
        })
        .Build();

    /// <summary>Runs an attempt until one succeeds or no further one is worth while.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await attempt(token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        }
        catch (HubTransientException e)
        {
            throw e.InnerException!;
        }
    }
}
