using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Lora.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// The weights of a linear module, whichever class it is of. TorchSharp's own hands out a new wrapper at each call,
/// so one is kept here, and disposed with this object.
/// </summary>
internal sealed class LinearWeights : IDisposable
{
    private readonly Action<Parameter> _replace;
    private readonly bool _ownsWrapper;

    private LinearWeights(Parameter weight, Action<Parameter> replace, bool ownsWrapper) =>
        (Original, _replace, _ownsWrapper) = (weight, replace, ownsWrapper);

    /// <summary>W as the base model has it, [out, in].</summary>
    public Parameter Original { get; }

    /// <summary>Whether <paramref name="module"/> is linear.</summary>
    public static bool TryOpen(torch.nn.Module module, [NotNullWhen(true)] out LinearWeights? weights)
    {
        weights = module switch
        {
            LinearLayer own => new LinearWeights(own.Weight, value => own.Weight = value, ownsWrapper: false),
            Linear { weight: { } weight } theirs => new LinearWeights(Detached(weight), value => theirs.weight = value, ownsWrapper: true),
            _ => null,
        };
        return weights is not null;
    }

    /// <summary>Lets the module compute with <paramref name="weight"/> instead.</summary>
    public void Use(Parameter weight) => _replace(weight);

    /// <summary>Lets the module compute with the base model's own weight again.</summary>
    public void Restore() => _replace(Original);

    public void Dispose()
    {
        if (_ownsWrapper) Original.Dispose();
    }

    private static Parameter Detached(Parameter parameter)
    {
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
