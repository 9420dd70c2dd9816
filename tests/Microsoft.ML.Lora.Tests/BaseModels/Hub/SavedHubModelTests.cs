using System.Text.Json;
using Microsoft.ML.Lora.Tests.Estimators;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>A model that was fine-tuned on a base from the hub, loaded by a process of its own where the base lies elsewhere, or nowhere.</summary>
[TestClass]
public sealed class SavedHubModelTests : HubTest
{
    private const string Text = "x good 12";

    [TestMethod]
    public void ASavedModelFindsItsBaseInAnotherCacheOrOnTheHubOrSaysWhatIsMissing()
    {
        using var tiny = new TinyBaseModel();
        Publish(tiny);
        var expected = Train(tiny);

        Directory.Move(Folder["first"], Folder["moved"]);
        var (exitCode, output, error) = Load(new() { ["HF_HUB_CACHE"] = Folder["moved"], ["HF_HUB_OFFLINE"] = "1" });
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual(expected, Label(output));

        var requests = Hub.Requests.Count;
        (exitCode, output, error) = Load(new() { ["HF_HOME"] = Folder["new"] });
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual(expected, Label(output));
        Assert.Contains($"/revision/{Model.Commit}", Hub.Requests[requests].Path);
        Assert.IsTrue(Directory.Exists(Folder["new", "hub", "models--own--name", "snapshots", Model.Commit]));

        (exitCode, _, error) = Load(new() { ["HF_HOME"] = Folder["empty"], ["HF_HUB_OFFLINE"] = "1" });
        Assert.AreEqual(1, exitCode);
        StringAssert.StartsWith(error, "FileNotFoundException");
        foreach (var place in (string[])[Folder["first"], Folder["empty", "hub", "models--own--name"], $"{Hub.Endpoint}own/name", "HF_HUB_OFFLINE"])
            Assert.Contains(place, error);
        Assert.Contains($"hf download own/name --revision {Model.Commit}", error);
    }

    [TestMethod]
    public void AHubThatRefusesOrHoldsAnotherBaseIsNamedAmongThePlaces()
    {
        using var tiny = new TinyBaseModel();
        Publish(tiny);
        Train(tiny);
        Directory.Delete(Folder["first"], recursive: true);

        Hub.Fault = context => TestHub.RefuseAsync(context, 401, "GatedRepo").ContinueWith(_ => true, TaskScheduler.Default);
        var (exitCode, _, error) = Load(new() { ["HF_HOME"] = Folder["new"] });
        Assert.AreEqual(1, exitCode);
        Assert.Contains("Accept its terms at", error);
        Assert.Contains(Folder["first"], error);

        Hub.Fault = null;
        Model.Files["model.safetensors"][^1] ^= 1;
        (exitCode, _, error) = Load(new() { ["HF_HOME"] = Folder["new"] });
        Assert.AreEqual(1, exitCode);
        StringAssert.StartsWith(error, "InvalidDataException");
        Assert.Contains("model.safetensors is not what the model was trained on", error);
    }

    [TestMethod]
    public void ATrainingSaysWhatItFetchesAndStopsWhenCancelled()
    {
        using var tiny = new TinyBaseModel();
        Publish(tiny);
        using var variables = new Variables(("HF_ENDPOINT", Hub.Endpoint.ToString()), ("HF_HUB_CACHE", Cache), ("HF_HOME", Folder["home"]), ("HF_HUB_OFFLINE", null));
        using var cancellation = new CancellationTokenSource();
        var ml = new MLContext(seed: 1);
        var messages = new List<string>();
        ml.Log += (_, e) =>
        {
            messages.Add(e.Message);
            if (e.Message.Contains("Fetching model.safetensors of own/name")) cancellation.Cancel();
        };
        Hub.Send = async (context, content) =>
        {
            await context.Response.Body.WriteAsync(content[..^1]);
            await context.Response.Body.FlushAsync();
            if (context.Request.Host.Value == Hub.Store.Authority)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            await context.Response.Body.WriteAsync(content[^1..]);
        };
        var options = Sentences.Options(tiny);
        options.BaseModel = BaseModel.FromHub(TestModel.Id);
        options.CancellationToken = cancellation.Token;
        Assert.Throws<OperationCanceledException>(() => Sentences.Pipeline(ml, options).Fit(Sentences.View(ml, 60)));
        Assert.IsTrue(cancellation.IsCancellationRequested, string.Join('\n', messages));
    }

    private void Publish(TinyBaseModel tiny)
    {
        Model.Files.Clear();
        foreach (var file in Directory.GetFiles(tiny.Directory)) Model.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
    }

    /// <summary>Fine-tunes on the base from the hub, by the environment's variables, and saves; gives the label of the text.</summary>
    private string Train(TinyBaseModel tiny)
    {
        using var variables = new Variables(("HF_ENDPOINT", Hub.Endpoint.ToString()), ("HF_HUB_CACHE", Folder["first"]), ("HF_HOME", Folder["home"]), ("HF_HUB_OFFLINE", null));
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 60);
        var options = Sentences.Options(tiny);
        options.BaseModel = BaseModel.FromHub(TestModel.Id);
        var model = Sentences.Pipeline(ml, options).Fit(data);
        ml.Model.Save(model, data.Schema, Folder["model.zip"]);
        return ml.Model.CreatePredictionEngine<Sentence, Prediction>(model).Predict(new Sentence { Text = Text }).PredictedLabel;
    }

    private (int ExitCode, string Output, string Error) Load(Dictionary<string, string?> environment)
    {
        environment["HF_ENDPOINT"] = Hub.Endpoint.ToString();
        using var process = HubProcess.Start("ModelLoader", environment, Folder["model.zip"], Text);
        return process.Wait();
    }

    private static string Label(string line) => JsonSerializer.Deserialize<Prediction>(line)!.PredictedLabel;

    /// <summary>Environment variables of this process, put back at the end.</summary>
    private sealed class Variables : IDisposable
    {
        private readonly (string Name, string? Value)[] _before;

        public Variables(params (string Name, string? Value)[] values)
        {
            _before = [.. values.Select(each => (each.Name, Environment.GetEnvironmentVariable(each.Name)))];
            foreach (var (name, value) in values) Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose()
        {
            foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        }
    }
}
