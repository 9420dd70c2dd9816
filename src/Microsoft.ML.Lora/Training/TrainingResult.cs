namespace Microsoft.ML.Lora.Training;

/// <summary>What a finished training reports.</summary>
/// <param name="Rows">Rows of the training set.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="FinalLoss">Mean cross-entropy of the last epoch's rows, in nats.</param>
/// <param name="Elapsed">Time spent, validation included.</param>
public sealed record TrainingResult(int Rows, int Epochs, int Steps, double FinalLoss, TimeSpan Elapsed);
