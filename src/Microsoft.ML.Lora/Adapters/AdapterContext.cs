using Microsoft.ML.Lora.Adapters.Mixing;
using Microsoft.ML.Lora.Backbones.Layers;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>What the low-rank layers of one model share: which adapters count now, and where dropout masks come from.</summary>
internal sealed class AdapterContext(DropoutSource dropout)
{
    private readonly AsyncLocal<Routing?> _routing = new();

    /// <summary>Where the dropout masks come from.</summary>
    public DropoutSource Dropout { get; } = dropout;

    /// <summary>The adapters that are added to the base's output, in the order in which they were named.</summary>
    public IReadOnlyList<string> Active { get; set; } = [];

    /// <summary>Whether any adapter counts at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Which adapter each row of the batch uses, in forward passes that this thread runs now; null where all rows use the active ones.
    /// </summary>
    public Routing? Routing
    {
        get => _routing.Value;
        set => _routing.Value = value;
    }
}
