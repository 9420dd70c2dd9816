using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Layers;

/// <summary>Moves tensors to where others are.</summary>
internal static class TensorPlacement
{
    /// <summary>
    /// <paramref name="tensor"/> in the type and on the device of <paramref name="other"/>: itself where it is so already.
    /// </summary>
    public static Tensor Like(this Tensor tensor, Tensor other)
    {
        var (type, device) = (other.dtype, other.device);
        if (tensor.device.type != device.type || tensor.device.index != device.index) tensor = tensor.to(device);
        return tensor.dtype == type ? tensor : tensor.to_type(type);
    }
}
