using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebSentimentSample;

/// <summary>Healthy where a text is scored, by the way that requests take, before the check's time is up.</summary>
internal sealed class ScoringHealthCheck(MicroBatcher batcher) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await batcher.PredictAsync("Is all well?", cancellationToken) is null
            ? HealthCheckResult.Unhealthy("Too many texts are waiting.")
            : HealthCheckResult.Healthy();
}
