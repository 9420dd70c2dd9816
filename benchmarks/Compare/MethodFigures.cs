namespace Microsoft.ML.Lora.Benchmarks.Compare;

/// <summary>What the table says about one way of fine-tuning.</summary>
/// <param name="Method">The way.</param>
/// <param name="TrainedParameters">Numbers that training changes.</param>
/// <param name="FileBytes">The size of a safetensors file of them.</param>
/// <param name="StepMilliseconds">The median time of an optimiser step.</param>
/// <param name="PeakMegabytes">The most memory that the process had in use.</param>
/// <param name="Accuracy">On the rows to evaluate.</param>
/// <param name="FinalLoss">Of the last epoch.</param>
internal sealed record MethodFigures(
    string Method, long TrainedParameters, long FileBytes, double StepMilliseconds, double PeakMegabytes, double Accuracy, double FinalLoss);
