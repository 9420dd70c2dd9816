using System.Diagnostics;
using Microsoft.ML.Lora.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SentimentLoraSample;

/// <summary>Shows a training while it runs: a bar in a terminal, a line every few seconds elsewhere.</summary>
internal static class TrainingDisplay
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(3);

    /// <summary>Runs <paramref name="train"/>, which reports its steps to the action that it is given.</summary>
    public static T Show<T>(IAnsiConsole console, Func<Action<TrainingProgress>, T> train) =>
        console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? ShowBar(console, train) : ShowLines(console, train);

    private static T ShowBar<T>(IAnsiConsole console, Func<Action<TrainingProgress>, T> train)
    {
        var note = new NoteColumn();
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), note)
            .Start(context =>
            {
                var task = context.AddTask("Reading the base model", maxValue: 1);
                task.IsIndeterminate = true;
                return train(progress =>
                {
                    task.IsIndeterminate = false;
                    task.MaxValue = progress.TotalSteps;
                    task.Description = $"Epoch {progress.Epoch}/{progress.Epochs}";
                    note.Value = $"loss {progress.EpochLoss:0.000}  {progress.RowsPerSecond:0} rows/s  {Left(progress)}";
                    task.Value = progress.Step;
                });
            });
    }

    private static T ShowLines<T>(IAnsiConsole console, Func<Action<TrainingProgress>, T> train)
    {
        var sinceLast = Stopwatch.StartNew();
        return train(progress =>
        {
            if (sinceLast.Elapsed < s_interval && progress.Step != 1 && progress.Step != progress.TotalSteps) return;
            sinceLast.Restart();
            console.WriteLine($"Epoch {progress.Epoch}/{progress.Epochs}, step {progress.Step}/{progress.TotalSteps}: loss {progress.EpochLoss:0.000}, "
                + $"{progress.RowsPerSecond:0} rows/s, {Left(progress)}");
        });
    }

    private static string Left(TrainingProgress progress) =>
        progress.Step == progress.TotalSteps ? $"{progress.Elapsed:h\\:mm\\:ss} in all" : $"{progress.Remaining:h\\:mm\\:ss} left";

    /// <summary>What the bar cannot say: loss, speed and time left.</summary>
    private sealed class NoteColumn : ProgressColumn
    {
        private volatile string _value = "";

        public string Value { set => _value = value; }

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(_value, new Style(Color.Grey));
    }
}
