using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // To another device or element type. Parameters that change are replaced by new ones, the old disposed.
        public partial class Module
        {
            private DeviceType deviceType = DeviceType.CPU;
            private int deviceIndex = -1;

            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                RequireReal(dtype);
                if (device.type != DeviceType.CUDA) device = new Device(device.type);
                RequireAvailable(device.type);
                foreach (var weight in Weights) weight.Move(dtype, device);
                _toEpilog(device, dtype, non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                if (deviceType != DeviceType.CUDA) deviceIndex = -1;
                RequireAvailable(deviceType);
                if (deviceType == this.deviceType && deviceIndex == this.deviceIndex) return this;
                var device = new Device(deviceType, deviceIndex);
                foreach (var weight in Weights) weight.Move(null, device);
                _toEpilog(deviceType, deviceIndex, non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                RequireReal(dtype);
                foreach (var weight in Weights) weight.Move(dtype, null);
                _toEpilog(dtype, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking)
            {
                _to(other.dtype, non_blocking);
                return _to(other.device_type, other.device_index, non_blocking);
            }

            protected void _toEpilog(ScalarType dtype, bool non_blocking) => Move(dtype, null, non_blocking);

            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking) => Move(dtype, device, non_blocking);

            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking)
                => Move(null, new Device(deviceType, deviceIndex), non_blocking);

            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null)
                => (device ?? get_default_device(), dtype ?? get_default_dtype());

            internal T MoveModule<T>(Device? device, ScalarType? dtype) where T : Module
            {
                if (device is not null && dtype is { } both) _to(device, both, false);
                else if (device is not null) _to(device.type, device.index, false);
                else if (dtype is { } type) _to(type, false);
                return (T)this;
            }

            private void Move(ScalarType? dtype, Device? device, bool nonBlocking)
            {
                foreach (var (_, child) in named_children())
                {
                    if (device is null) child._to(dtype!.Value, nonBlocking);
                    else if (dtype is { } both) child._to(device, both, nonBlocking);
                    else child._to(device.type, device.index, nonBlocking);
                }
                var fields = Fields().ToDictionary(field => field.ComponentName());
                foreach (var (parameterName, parameter) in named_parameters(false).ToList())
                {
                    if (Moved(parameter, dtype, device) is not { } moved) continue;
                    ConditionallyRegisterParameter(parameterName, moved);
                    if (fields.TryGetValue(parameterName, out var field)) field.SetValue(this, moved);
                }
                foreach (var (bufferName, buffer) in named_buffers(false).ToList())
                {
                    if (!buffer.WillCopy(dtype ?? buffer.dtype, device ?? buffer.device)) continue;
                    var moved = buffer.to(TypeFor(buffer, dtype), device ?? buffer.device, disposeAfter: true).DetachFromDisposeScope();
                    ConditionallyRegisterBuffer(bufferName, moved);
                    if (fields.TryGetValue(bufferName, out var field)) field.SetValue(this, moved);
                }
                if (device is not null) (deviceType, deviceIndex) = (device.type, device.index);
            }

            private static Parameter? Moved(Parameter parameter, ScalarType? dtype, Device? device)
            {
                using var grad = parameter.grad;
                if (!parameter.WillCopy(dtype ?? parameter.dtype, device ?? parameter.device)
                    && (grad is null || !grad.WillCopy(dtype ?? parameter.dtype, device ?? parameter.device))) return null;
                using var quiet = no_grad();
                var type = TypeFor(parameter, dtype);
                var place = device ?? parameter.device;
                var moved = new Parameter(parameter.to(type, place), parameter.requires_grad);
                moved.DetachFromDisposeScope();
                if (grad is not null)
                {
                    using var movedGrad = grad.to(type, place).with_requires_grad(grad.requires_grad);
                    moved.grad = movedGrad;
                }
                parameter.Dispose();
                return moved;
            }

            private static ScalarType TypeFor(Tensor tensor, ScalarType? wanted)
                => wanted is { } type && (is_floating_point(tensor.dtype) || is_complex(tensor.dtype)) ? type : tensor.dtype;

            private static void RequireReal(ScalarType dtype)
            {
                if (!is_floating_point(dtype) && !is_complex(dtype))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={dtype}");
            }

            private static void RequireAvailable(DeviceType type)
            {
                if (type == DeviceType.CUDA && !cuda.is_available()) throw new InvalidOperationException("CUDA is not available.");
                InitializeDeviceType(type);
            }
        }
    }
}
