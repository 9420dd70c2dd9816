using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Lora.Training.Report;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <content>The report.</content>
internal sealed partial class TrainingSession
{
    private void WriteReport(FineTunedClassifier classifier, Trainer trainer, TrainingResult result)
    {
        if (options.ReportPath is not { } path) return;
        var report = new TrainingReport
        {
            Title = $"{classifier.BaseReference.Id}, {(labels is null ? "regression" : $"{labels.Count} classes")}",
            Result = result,
            History = trainer.State.History,
            Parameters = classifier.Adapter.Summary(),
            Options = [new("Base model", classifier.Base.ToString()), .. _optionsText],
            Labels = labels?.Names,
        };
        try
        {
            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(TrainingReportPage.Of(report)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            channel.Warning(MessageSensitivity.None, "The training is done, but its report could not be written to {0} ({1}): {2}", path, nameof(options.ReportPath), e.Message);
        }
    }

    // What is wrong with the path is better said before the training than after it.
    private void MakeReportFolder()
    {
        if (options.ReportPath is not { } path) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new IOException("It is no path of a file."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The report cannot be written to '{path}' ({nameof(options.ReportPath)}): {e.Message}", e);
        }
    }
}
