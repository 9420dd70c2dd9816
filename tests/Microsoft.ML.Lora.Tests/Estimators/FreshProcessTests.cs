using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>A saved model in a process of its own, which knows nothing of this library but that its assembly lies beside it.</summary>
[TestClass]
public class FreshProcessTests
{
    private static readonly string[] Texts = ["x good 12", "bad", "", "neither </s> good nor bad"];

    internal static (int ExitCode, string Output, string Error) Load(string zip, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "ModelLoader.dll"), zip, .. Texts]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [TestMethod]
    public void AFreshProcessPredictsTheSameAndRefusesAnAlteredOrMissingBase()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 60);
        var model = Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data);
        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        var engine = ml.Model.CreatePredictionEngine<Sentence, Prediction>(model);

        var (exitCode, output, error) = Load(folder["model.zip"], ("OMP_DISPLAY_ENV", Repository.IsOfflineBuild ? "verbose" : "false"));
        Assert.AreEqual(0, exitCode, error);
        // Threads that wait on a core keep the others from working: on a busy machine a forward pass took four times as long.
        if (Repository.IsOfflineBuild) StringAssert.Contains(error, "OMP_WAIT_POLICY = 'PASSIVE'");
        var predictions = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Prediction>(line)!).ToArray();
        Assert.HasCount(Texts.Length, predictions);
        foreach (var (text, actual) in Texts.Zip(predictions))
        {
            var expected = engine.Predict(new Sentence { Text = text });
            Assert.AreEqual(expected.PredictedLabel, actual.PredictedLabel);
            for (var i = 0; i < expected.Score.Length; i++) Assert.AreEqual(expected.Score[i], actual.Score[i], 1e-6, text);
        }

        var weights = File.ReadAllBytes(tiny.WeightsPath);
        weights[^1] ^= 1;
        File.WriteAllBytes(tiny.WeightsPath, weights);
        (exitCode, _, error) = Load(folder["model.zip"]);
        Assert.AreEqual(1, exitCode);
        StringAssert.StartsWith(error, "InvalidDataException");
        StringAssert.Contains(error, "model.safetensors is not what the model was trained on");

        File.Delete(Path.Combine(tiny.Directory, "config.json"));
        (exitCode, _, error) = Load(folder["model.zip"]);
        Assert.AreEqual(1, exitCode);
        StringAssert.StartsWith(error, "FileNotFoundException");
        StringAssert.Contains(error, tiny.Directory);
        StringAssert.Contains(error, "To mend it:");
    }
}
