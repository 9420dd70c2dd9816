using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.Lora.Tests.Estimators;
using WebSentimentSample;

namespace Microsoft.ML.Lora.Tests.WebSentiment;

/// <summary>The web sample on a free port of loopback, with a small model.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly HttpClient _client = new();

    private WebServer(TemporaryFolder folder, WebApplication app) => (_folder, Application) = (folder, app);

    public WebApplication Application { get; }

    /// <summary>Starts it with settings of the section Sentiment.</summary>
    public static async Task<WebServer> StartAsync(params string[] settings)
    {
        var folder = new TemporaryFolder();
        WriteModel(folder["model.zip"]);
        var server = new WebServer(folder, WebSentimentSample.WebSentiment.Create(
            ["--urls=http://127.0.0.1:0", $"--Sentiment:Model={folder["model.zip"]}", .. settings.Select(setting => "--Sentiment:" + setting)]));
        await server.Application.StartAsync();
        server._client.BaseAddress = new(server.Application.Urls.Single());
        return server;
    }

    /// <summary>Saves a quickly trained model; its base is the bundled one, which outlives the test.</summary>
    public static void WriteModel(string path)
    {
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 16);
        var model = Sentences.Pipeline(ml, new() { Sentence1ColumnName = "Text", MaxEpochs = 1 }).Fit(data);
        ml.Model.Save(model, data.Schema, path);
        foreach (var part in (IEnumerable<ITransformer>)model) (part as IDisposable)?.Dispose();
    }

    public Task<HttpResponseMessage> PredictAsync(string text) => _client.PostAsJsonAsync("/predict", new PredictRequest { Text = text }, WebJson.Default.PredictRequest);

    public Task<HttpResponseMessage> PostAsync(byte[] body, string contentType = "application/json", bool chunked = false)
    {
        HttpContent content = chunked ? new StreamContent(new Unseekable(body)) : new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return _client.PostAsync("/predict", content);
    }

    public Task<HttpResponseMessage> PostAsync(string body, string contentType = "application/json") => PostAsync(Encoding.UTF8.GetBytes(body), contentType);

    public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(path);

    public static async Task<PredictResponse> ReadAsync(HttpResponseMessage response) =>
        JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), WebJson.Default.PredictResponse)!;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Application.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A stream that does not say how long it is, so that the body goes out in chunks.</summary>
    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
