namespace Microsoft.ML.Lora.Benchmarks.Compare;

/// <summary>What is compared on.</summary>
/// <param name="Base">The base.</param>
/// <param name="Data">The rows to train on.</param>
/// <param name="Evaluation">The rows to evaluate on.</param>
/// <param name="Rows">How many rows to train on, drawn with a fixed seed; 0 for all.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="Seed">Decides shuffling, dropout and the start of new weights.</param>
internal sealed record CompareOptions(string Base, FileInfo Data, FileInfo Evaluation, int Rows, int Epochs, int Seed);
