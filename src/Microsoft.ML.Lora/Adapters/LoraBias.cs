namespace Microsoft.ML.Lora.Adapters;

/// <summary>Which biases are trained beside an adapter.</summary>
public enum LoraBias
{
    /// <summary>No bias.</summary>
    None,

    /// <summary>Every bias of the model.</summary>
    All,

    /// <summary>The biases of the adapted layers.</summary>
    LoraOnly,
}
