using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // What a tensor is: shape, element type, device.
    public unsafe partial class Tensor
    {
        public long Dimensions => Shim.shim_tensor_dim(Handle);
        public long dim() => Dimensions;
        public long ndim => Dimensions;
        public long NumberOfElements => Shim.shim_tensor_numel(Handle);
        public long numel() => NumberOfElements;
        public long ElementSize => Shim.shim_tensor_element_size(Handle);
        public long element_size() => ElementSize;
        public ScalarType dtype => (ScalarType)Shim.shim_tensor_dtype(Handle);
        public DeviceType device_type => (DeviceType)Shim.shim_tensor_device_type(Handle);
        public int device_index => Shim.shim_tensor_device_index(Handle);
        public Device device => device_type is DeviceType.CPU ? new Device(DeviceType.CPU) : new Device(device_type, device_index);
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_sparse => Shim.shim_tensor_is_sparse(Handle) != 0;
        public bool is_contiguous() => Shim.shim_tensor_is_contiguous(Handle) != 0;
        public bool is_pinned() => Aten.Is("is_pinned", this);
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_complex() => torch.is_complex(dtype);

        public bool is_nonzero() => numel() == 1
            ? Aten.Is("is_nonzero", this)
            : throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");

        public long storage_offset() => Shim.shim_tensor_storage_offset(Handle);

        public long[] shape => size();

        public long[] size()
        {
            var sizes = new long[Dimensions];
            fixed (long* at = sizes) Shim.shim_tensor_sizes(Handle, at, null);
            return sizes;
        }

        public long size(int dim)
        {
            var sizes = size();
            return sizes[Wrap(dim, sizes.Length)];
        }

        public long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* at = strides) Shim.shim_tensor_sizes(Handle, null, at);
            return strides;
        }

        public long stride(int dim)
        {
            var strides = stride();
            return strides[Wrap(dim, strides.Length)];
        }

        private static int Wrap(int dim, int dimensions) => dim >= -dimensions && dim < dimensions
            ? (dim + dimensions) % dimensions
            : throw new System.Runtime.InteropServices.ExternalException(
                $"Dimension out of range (expected to be in range of [{-dimensions}, {dimensions - 1}], but got {dim})");
    }
}
