using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);

    private static Device defaultDevice = CPU;

    /// <summary>Where a tensor lives: a kind of device and, for CUDA, its index; -1 is the current one.</summary>
    public class Device
    {
        public Device(string description)
        {
            var parts = description.Split(':');
            if (parts.Length > 2) return;
            type = Parse(parts[0]);
            if (parts.Length == 2) index = int.Parse(parts[1]);
        }

        public Device(string deviceType, int index = -1) => (type, this.index) = (Parse(deviceType), index);

        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        public Device(int index) => (type, this.index) = (DeviceType.CUDA, index);

        public DeviceType type { get; } = DeviceType.CPU;

        public int index { get; } = -1;

        public override string ToString()
            => type == DeviceType.CPU ? "cpu" : type.ToString().ToLowerInvariant() + (index == -1 ? "" : $":{index}");

        public static implicit operator Device(string description) => new(description);

        private static DeviceType Parse(string name) => Enum.Parse<DeviceType>(name.ToUpperInvariant());
    }

    public static Device CUDA => InitializeDevice(new Device(DeviceType.CUDA));

    public static Device device(string description) => InitializeDevice(new Device(description));
    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));
    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));
    public static Device device(int index) => new(DeviceType.CUDA, index);

    public static Device get_default_device() => defaultDevice;
    public static void set_default_device(Device device) => defaultDevice = device;

    public static bool TryInitializeDeviceType(DeviceType deviceType)
    {
        // The real one loads its native library here and throws NotSupportedException where there is none.
        if (Shim.FindLoadError() is { } error) throw new NotSupportedException("The native library of the stand-in cannot be loaded.", error);
        return deviceType switch
        {
            DeviceType.CUDA => cuda.is_available(),
            DeviceType.MPS => false,
            _ => true,
        };
    }

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"Torch device type {deviceType} did not initialise on the current machine.");
    }

    public static Device InitializeDevice(Device? device)
    {
        device ??= get_default_device();
        InitializeDeviceType(device.type);
        return device;
    }

    public static class cuda
    {
        private static readonly Lazy<bool> available = new(() => Shim.shim_cuda_is_available() != 0);

        public static bool is_available() => available.Value;
        public static int device_count() => Shim.shim_cuda_device_count();
        public static void manual_seed(long seed) => Shim.Check(Shim.shim_cuda_manual_seed((ulong)seed, 0));
        public static void manual_seed_all(long seed) => Shim.Check(Shim.shim_cuda_manual_seed((ulong)seed, 1));
        public static void synchronize(Device? device = null) => Shim.Check(Shim.shim_cuda_synchronize(device?.index ?? -1));
    }
}
