using Microsoft.ML.Lora.Adapters.Trained;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>One of a model's adapters.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Config">What it is made of.</param>
/// <param name="Targets">The paths of the modules it adapts.</param>
/// <param name="Units">The parts of the base of which it has a trained copy.</param>
/// <param name="Origin">The configuration file that it was read with; null where it was made here.</param>
internal sealed record NamedAdapter(
    string Name, LoraConfig Config, IReadOnlySet<string> Targets, IReadOnlyList<TrainedUnit> Units, PeftAdapterConfig? Origin = null)
{
    private const int MaxNameLength = 100;

    /// <summary>Checks the name of an adapter, which becomes part of module paths and of folder names.</summary>
    /// <exception cref="ArgumentException">It is unfit.</exception>
    public static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, "adapter");
        if (name.Length > MaxNameLength || name.Contains('.') || !FileNames.IsPlain(name))
            throw new ArgumentException(
                $"\"{name}\" cannot be the name of an adapter: at most {MaxNameLength} characters, no dots, slashes or other characters that paths "
                + "are made of.", "adapter");
    }
}
