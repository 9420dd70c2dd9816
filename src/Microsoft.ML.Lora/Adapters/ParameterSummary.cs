using System.Globalization;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>How many numbers a model holds and how many of them are trained, counted as PEFT's print_trainable_parameters does.</summary>
/// <param name="Trainable">Numbers that training changes.</param>
/// <param name="All">All numbers. A module trained in full counts twice: PEFT keeps its first state beside it.</param>
public readonly record struct ParameterSummary(long Trainable, long All)
{
    /// <summary>For example "trainable params: 887,042 || all params: 125,534,212 || trainable%: 0.7066".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"trainable params: {Trainable:N0} || all params: {All:N0} || trainable%: {100.0 * Trainable / All:F4}");
}
