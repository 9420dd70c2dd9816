using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>Weights of another source on a device and in a type.</summary>
/// <param name="source">The other source.</param>
/// <param name="device">Where they go.</param>
/// <param name="type">Their type.</param>
internal sealed class PlacedWeights(WeightSource source, Device device, ScalarType type) : WeightSource
{
    public override bool Has(string name) => source.Has(name);

    public override Parameter Take(string name, WeightKind kind, params long[] shape)
    {
        var parameter = source.Take(name, kind, shape);
        if (parameter.dtype == type && device.type == DeviceType.CPU) return parameter;
        using (parameter)
        {
            using var _ = no_grad();
            var placed = new Parameter(parameter.detach().to(type, device), requires_grad: false);
            placed.DetachFromDisposeScope();
            return placed;
        }
    }
}
