using System.Diagnostics;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>A training in a process of its own that is killed again and again goes on each time and ends with the weights of an uninterrupted one.</summary>
[TestClass]
public class KilledTrainingTests
{
    /// <summary>Runs the training; kills it (SIGKILL) a moment after it has said so many steps. True when it ended by itself.</summary>
    private static bool Run(string baseModel, string checkpoints, string result, int? killAfterSteps, int moment, bool beside)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "TrainingProcess.dll"), baseModel, checkpoints, result])
            start.ArgumentList.Add(argument);
        if (beside) start.ArgumentList.Add("beside");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var steps = 0;
        while (process.StandardOutput.ReadLine() is not null)
        {
            if (++steps != killAfterSteps) continue;
            Thread.Sleep(moment);
            process.Kill();
        }

        process.WaitForExit();
        if (killAfterSteps is null) Assert.AreEqual(0, process.ExitCode, error.Result);
        else if (process.ExitCode is not (0 or 137)) Assert.Fail(error.Result);
        return process.ExitCode == 0;
    }

    [TestMethod]
    [TestCategory("Soak")]
    public void AKilledTrainingEndsWithTheUninterruptedWeights()
    {
        using var tiny = TinyBaseModel.ForSoak();
        using var folder = new TemporaryFolder();
        Run(tiny.Directory, folder["whole"], folder["whole-result"], killAfterSteps: null, moment: 0, beside: false);
        var expected = File.ReadAllBytes(folder["whole-result", "adapter_model.safetensors"]);

        var random = new Random(Soak.Full ? Environment.TickCount : 1);
        var kills = Soak.Count(ordinary: 3, full: 20);
        for (var (killed, training) = (0, 0); killed < kills; training++)
        {
            var (checkpoints, result) = (folder[$"killed{training}"], folder[$"result{training}"]);
            var beside = training % 2 == 1;
            while (killed < kills && !Run(tiny.Directory, checkpoints, result, random.Next(1, 16), random.Next(20), beside)) killed++;
            Run(tiny.Directory, checkpoints, result, killAfterSteps: null, moment: 0, beside);
            CollectionAssert.AreEqual(expected, File.ReadAllBytes(Path.Combine(result, "adapter_model.safetensors")), $"after {killed} kills, beside: {beside}");
        }
    }
}
