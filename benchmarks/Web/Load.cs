using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Microsoft.ML.Lora.Benchmarks.Web;

/// <summary>Clients that ask a server for one prediction after the other.</summary>
/// <param name="server">The server.</param>
/// <param name="texts">What they ask for, in turn.</param>
/// <param name="clients">How many ask at the same time.</param>
/// <param name="duration">How long.</param>
internal sealed class Load(WebServerProcess server, IReadOnlyList<string> texts, int clients, TimeSpan duration)
{
    private static readonly byte[][] s_badBodies =
        ["{\"text\": "u8.ToArray(), [.. "{\"text\": \""u8, 0xff, 0xfe, .. "\"}"u8], [.. "{\"text\": \""u8, .. Enumerable.Repeat((byte)'a', 20_000), .. "\"}"u8]];

    private readonly HttpClient _http = new() { BaseAddress = server.Address };
    private int _failed;

    /// <summary>Runs them.</summary>
    public async Task<WebFigures> RunAsync()
    {
        var time = Stopwatch.StartNew();
        var asking = Enumerable.Range(0, clients).Select(client => Task.Run(() => AskAsync(client, time))).ToList();
        var misbehaving = Task.Run(() => MisbehaveAsync(time));
        var resident = new List<long>();
        for (; time.Elapsed < duration; await Task.Delay(100)) resident.Add(server.ResidentBytes);
        var latencies = (await Task.WhenAll(asking)).SelectMany(each => each).Order().ToArray();
        var (seconds, tenth) = (time.Elapsed.TotalSeconds, resident.Count / 10 + 1);
        var (bad, notRefused) = await misbehaving;
        return new WebFigures
        {
            Clients = clients,
            Seconds = seconds,
            Requests = latencies.Length,
            RequestsPerSecond = latencies.Length / seconds,
            P50Milliseconds = latencies[latencies.Length / 2].TotalMilliseconds,
            P99Milliseconds = latencies[(int)(latencies.Length * 0.99)].TotalMilliseconds,
            Failed = _failed,
            BadRequests = bad,
            BadRequestsNotRefused = notRefused,
            ResidentBytesAtStart = (long)resident.Take(tenth).Average(),
            ResidentBytesAtEnd = (long)resident.TakeLast(tenth).Average(),
        };
    }

    private async Task<List<TimeSpan>> AskAsync(int client, Stopwatch time)
    {
        var latencies = new List<TimeSpan>();
        for (var i = client; time.Elapsed < duration; i += clients)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                using var response = await _http.PostAsJsonAsync("/predict", new { text = texts[i % texts.Count] });
                await response.Content.ReadAsByteArrayAsync();
                if (response.StatusCode != HttpStatusCode.OK) Interlocked.Increment(ref _failed);
                latencies.Add(Stopwatch.GetElapsedTime(began));
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref _failed);
            }
        }

        return latencies;
    }

    private async Task<(int Sent, int NotRefused)> MisbehaveAsync(Stopwatch time)
    {
        var (sent, notRefused) = (0, 0);
        for (; time.Elapsed < duration; sent++)
        {
            using var body = new ByteArrayContent(s_badBodies[sent % s_badBodies.Length]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await _http.PostAsync("/predict", body);
            if ((int)response.StatusCode is < 400 or >= 500) notRefused++;
            await Task.Delay(20);
        }

        return (sent, notRefused);
    }
}
