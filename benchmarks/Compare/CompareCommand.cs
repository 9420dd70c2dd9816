using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Benchmarks.Common;

namespace Microsoft.ML.Lora.Benchmarks.Compare;

/// <summary>
/// compare: the ways of fine-tuning on the same rows. Each runs in a process of its own, so that its peak memory is its own.
/// </summary>
internal sealed class CompareCommand
{
    private readonly Option<string> _base = Arguments.Base(BaseModel.DefaultBundledName);
    private readonly Option<FileInfo> _data = Arguments.Data("--data", "Rows to train on: a TSV with the columns text and label.", "../shared/data/sst2/train.tsv");
    private readonly Option<FileInfo> _evaluation = Arguments.Data("--eval", "Rows to evaluate on.", "../shared/data/sst2/dev.tsv");
    private readonly Option<int> _rows = Arguments.Number("--rows", "How many rows to train on, drawn with a fixed seed; 0 for all.", 4000);
    private readonly Option<int> _epochs = Arguments.Number("--epochs", "Passes over them.", 3);
    private readonly Option<int> _seed = Arguments.Number("--seed", "Decides shuffling, dropout and the start of new weights.", 1);
    private readonly Option<FileInfo> _json = Arguments.Json();

    /// <summary>The command that a user calls.</summary>
    public static System.CommandLine.Command Create()
    {
        var options = new CompareCommand();
        var command = new System.CommandLine.Command("compare", "Compares LoRA, DoRA, BitFit, Houlsby adapters, a trained head and full fine-tuning on the same rows.");
        foreach (var option in options.All.Append(options._json)) command.Options.Add(option);
        command.SetAction(result => Run(options.Read(result), result.GetValue(options._json)));
        return command;
    }

    /// <summary>The command that the other one calls for each way.</summary>
    public static System.CommandLine.Command CreateOne()
    {
        var options = new CompareCommand();
        var method = new Argument<string>("method");
        var command = new System.CommandLine.Command("compare-one", "Runs one way and prints its figures as JSON.") { Hidden = true };
        command.Arguments.Add(method);
        foreach (var option in options.All) command.Options.Add(option);
        command.SetAction(result =>
        {
            var chosen = Method.All.First(each => each.Name == result.GetRequiredValue(method));
            Console.WriteLine(JsonSerializer.Serialize(MethodRun.Run(chosen, options.Read(result))));
        });
        return command;
    }

    private IEnumerable<Option> All => [_base, _data, _evaluation, _rows, _epochs, _seed];

    private CompareOptions Read(ParseResult result) => new(
        result.GetRequiredValue(_base), result.GetRequiredValue(_data), result.GetRequiredValue(_evaluation),
        result.GetValue(_rows), result.GetValue(_epochs), result.GetValue(_seed));

    private static void Run(CompareOptions options, FileInfo? json)
    {
        Console.WriteLine($"{options.Base}, {options.Rows} rows of {options.Data.Name}, {options.Epochs} epochs, evaluated on {options.Evaluation.Name}, seed {options.Seed}");
        var figures = Method.All.Select(method => InProcessOfItsOwn(method, options)).ToList();
        Report.Print(
            ["method", "trained parameters", "file", "step", "peak memory", "accuracy"],
            figures.Select(each => (IReadOnlyList<string>)
            [
                each.Method,
                each.TrainedParameters.ToString("N0", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{each.FileBytes / 1e3:N0} kB"),
                string.Create(CultureInfo.InvariantCulture, $"{each.StepMilliseconds:F0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{each.PeakMegabytes:F0} MB"),
                each.Accuracy.ToString("F3", CultureInfo.InvariantCulture),
            ]));
        Report.Write(json, figures);
    }

    private static MethodFigures InProcessOfItsOwn(Method method, CompareOptions options)
    {
        string[] arguments =
        [
            "compare-one", method.Name, "--base", options.Base, "--data", options.Data.FullName, "--eval", options.Evaluation.FullName,
            "--rows", $"{options.Rows}", "--epochs", $"{options.Epochs}", "--seed", $"{options.Seed}",
        ];
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(CompareCommand).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidDataException($"{method.Name} ended with exit code {process.ExitCode}.");
        return JsonSerializer.Deserialize<MethodFigures>(output.Trim().Split('\n')[^1])!;
    }
}
