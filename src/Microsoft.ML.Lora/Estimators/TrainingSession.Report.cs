using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Lora.Training.Report;

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
            Options = [new("Base model", classifier.Base.ToString()), .. OptionsText.Of(options, Task, _seed)],
            Labels = labels?.Names,
        };
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(TrainingReportPage.Of(report)));
    }
}
