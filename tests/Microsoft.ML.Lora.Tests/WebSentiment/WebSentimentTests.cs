using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WebSentimentSample;

namespace Microsoft.ML.Lora.Tests.WebSentiment;

/// <summary>The web sample, asked through sockets.</summary>
[TestClass]
public class WebSentimentTests
{
    [TestMethod]
    public async Task ConcurrentClientsGetTheModelsPredictions()
    {
        await using var server = await WebServer.StartAsync();
        var model = server.Application.Services.GetRequiredService<LoraFineTuneTransformer>();
        var largest = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter.Name == MicroBatcher.MeterName) self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<int>((_, rows, _, _) => largest = Math.Max(largest, rows));
        listener.Start();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async client =>
        {
            for (var question = 0; question < 20; question++)
            {
                var text = $"good or bad {client} {question}";
                using var response = await server.PredictAsync(text);
                Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
                var (actual, expected) = (await WebServer.ReadAsync(response), model.Predict(text));
                Assert.AreEqual(expected.Scores[0], actual.Scores["pos"], 1e-5);
                Assert.AreEqual(1, actual.Scores.Values.Sum(), 1e-5);
                Assert.AreEqual(actual.Scores.MaxBy(pair => pair.Value).Key, actual.Label);
            }
        }));
        Assert.IsGreaterThan(1, largest, "Nothing was scored together.");
    }

    [TestMethod]
    public async Task WhatCannotBeReadIsTheClientsError()
    {
        await using var server = await WebServer.StartAsync("MaxBodyBytes=2000");
        async Task Expect(HttpStatusCode status, Task<HttpResponseMessage> request, string detail = "")
        {
            using var response = await request;
            var body = await response.Content.ReadAsStringAsync();
            Assert.AreEqual(status, response.StatusCode, body);
            Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType?.MediaType, body);
            StringAssert.Contains(body, detail);
        }

        foreach (var body in (string[])["", "{", "{\"text\": ", "null", "7", "[]", "\"good\"", "{}", "{\"text\": null}", "{\"text\": 7}", "{\"txt\": \"good\"}",
            "{\"text\": \"a\", \"text\": \"b\"}", "{\"text\": \"a\"} b", "{\"text\": \"\\ud800\"}", "{\"text\": \"a\"", new string('[', 500)])
            await Expect(HttpStatusCode.BadRequest, server.PostAsync(body), "must be an object such as");

        byte[] Text(params byte[] inside) => [.. "{\"text\": \""u8, .. inside, .. "\"}"u8];
        foreach (byte[] inside in (byte[][])[[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xe4], [0xf8, 0x88, 0x80, 0x80, 0x80]])
            await Expect(HttpStatusCode.BadRequest, server.PostAsync(Text(inside)), "UTF-8");
        await Expect(HttpStatusCode.BadRequest, server.PostAsync(Encoding.Unicode.GetBytes("{\"text\": \"good\"}")));
        await Expect(HttpStatusCode.BadRequest, server.PostAsync([.. "{\"t"u8, 0xff, .. "\": 1}"u8]));

        var large = Text(Encoding.UTF8.GetBytes(new string('a', 2000)));
        await Expect(HttpStatusCode.RequestEntityTooLarge, server.PostAsync(large), "2000 bytes");
        await Expect(HttpStatusCode.RequestEntityTooLarge, server.PostAsync(large, chunked: true), "2000 bytes");
        await Expect(HttpStatusCode.UnsupportedMediaType, server.PostAsync("{\"text\": \"good\"}", "text/plain"), "application/json");
        await Expect(HttpStatusCode.UnsupportedMediaType, server.PostAsync("{\"text\": \"good\"}", "application/json; charset=iso-8859-1"), "iso-8859-1");
        await Expect(HttpStatusCode.UnsupportedMediaType, server.PostAsync("{\"text\": \"good\"}", "application/json; charset=none"));
        await Expect(HttpStatusCode.MethodNotAllowed, server.GetAsync("/predict"));
        await Expect(HttpStatusCode.NotFound, server.GetAsync("/"));

        using var good = await server.PostAsync("{\"text\": \"g\u00f6\u00f6d \\u00e9\"}", "application/json; charset=\"UTF-8\"");
        Assert.AreEqual(HttpStatusCode.OK, good.StatusCode);
    }

    [TestMethod]
    public async Task HealthIsThatTextsAreScored()
    {
        await using var server = await WebServer.StartAsync();
        using var healthy = await server.GetAsync("/health");
        Assert.AreEqual((HttpStatusCode.OK, "Healthy"), (healthy.StatusCode, await healthy.Content.ReadAsStringAsync()));
        server.Application.Services.GetRequiredService<LoraFineTuneTransformer>().Dispose();
        using var failed = await server.GetAsync("/health");
        Assert.AreEqual((HttpStatusCode.ServiceUnavailable, "Unhealthy"), (failed.StatusCode, await failed.Content.ReadAsStringAsync()));
        using var error = await server.PredictAsync("good");
        Assert.AreEqual((HttpStatusCode.InternalServerError, "application/problem+json"), (error.StatusCode, error.Content.Headers.ContentType?.MediaType));
    }

    [TestMethod]
    public async Task WhatWasAskedBeforeAShutdownIsAnswered()
    {
        await using var server = await WebServer.StartAsync("MaxBatchWait=600");
        var requests = Enumerable.Range(0, 5).Select(i => server.PredictAsync($"good {i}")).ToArray();
        await Task.Delay(200);
        Assert.IsFalse(requests.Any(request => request.IsCompleted));
        await server.Application.StopAsync();
        foreach (var response in await Task.WhenAll(requests)) Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => server.PredictAsync("good"));
    }

    [TestMethod]
    public void AFileThatIsNoServableModelIsNamed()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => ServedModel.Load(folder["absent.zip"])).Message, folder["absent.zip"]);
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(Estimators.Sentences.Make(3));
        ml.Model.Save(ml.Transforms.Conversion.MapValueToKey("Label").Fit(data), data.Schema, folder["other.zip"]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => ServedModel.Load(folder["other.zip"])).Message, "one text classifier");
    }
}
