using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>Where a model is trained.</summary>
internal static class DeviceChoice
{
    /// <summary>The GPUs of this machine that libtorch can use.</summary>
    public static int Gpus() => cuda.is_available() ? cuda.device_count() : 0;

    /// <summary>The device of a choice; making one of a GPU readies the GPU.</summary>
    public static Device Of(int? gpu) => gpu is { } index ? device($"cuda:{index}") : CPU;

    /// <summary>The GPU to use; null for the CPU.</summary>
    /// <param name="gpuDeviceId">A GPU, from 0; null for the CPU.</param>
    /// <param name="fallbackToCpu">Whether the CPU takes the place of a GPU that is not there.</param>
    /// <param name="gpus">How many there are; asked only where one is wanted.</param>
    /// <param name="warn">Told when the CPU takes a GPU's place.</param>
    /// <exception cref="InvalidOperationException">There is no such GPU, and the CPU may not take its place.</exception>
    public static int? Choose(int? gpuDeviceId, bool fallbackToCpu, Func<int> gpus, Action<string> warn)
    {
        if (gpuDeviceId is not { } wanted) return null;
        var found = gpus();
        if (wanted < found) return wanted;
        var missing = found == 0
            ? $"There is no GPU that libtorch can use, but GpuDeviceId is {wanted}"
            : $"GpuDeviceId is {wanted}, but the GPUs here are 0 to {found - 1}";
        if (!fallbackToCpu)
            throw new InvalidOperationException($"{missing}. Reference TorchSharp-cuda-linux or TorchSharp-cuda-windows where there is one, or set FallbackToCpu.");
        warn($"{missing}; the CPU is used.");
        return null;
    }
}
