namespace Microsoft.ML.Lora.Training;

/// <summary>The type that a training computes in.</summary>
public enum TrainingPrecision
{
    /// <summary>32 bits throughout.</summary>
    Float32,

    /// <summary>bfloat16 (8 bits of mantissa) for the frozen weights and the activations: half the memory, and quicker where the processor has it.</summary>
    BFloat16,
}
