using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>An argument or result as the shim lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    internal ArgumentKind Kind;
    internal int Count;
    internal long Bits;
}

/// <summary>The functions that the C++ shim exports; a handle is the address of an at::Tensor or at::Generator.</summary>
internal static unsafe partial class Shim
{
    private const string Library = "TorchSharpStandIn";

    static Shim() => Settings.Apply();

    internal static string Version => Marshal.PtrToStringUTF8(shim_version())!;

    /// <summary>Why the shim cannot be loaded; null where it can.</summary>
    internal static Exception? FindLoadError()
    {
        try
        {
            _ = shim_version();
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException)
        {
            return e;
        }
    }

    internal static ExternalException LastError() => new(Marshal.PtrToStringUTF8(shim_error()));

    /// <summary>The handle, or the error that stands behind a null one.</summary>
    internal static nint Checked(nint handle) => handle != 0 ? handle : throw LastError();

    internal static void Check(int status)
    {
        if (status < 0) throw LastError();
    }

    [LibraryImport(Library)] internal static partial nint shim_error();
    [LibraryImport(Library)] internal static partial nint shim_version();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint shim_operator(string name, string overload);
    [LibraryImport(Library)] internal static partial int shim_call(nint operation, NativeValue* arguments, int count, NativeValue** results);

    [LibraryImport(Library)] internal static partial void shim_tensor_free(nint tensor);
    [LibraryImport(Library)] internal static partial nint shim_tensor_share(nint tensor);
    [LibraryImport(Library)] internal static partial long shim_tensor_dim(nint tensor);
    [LibraryImport(Library)] internal static partial long shim_tensor_numel(nint tensor);
    [LibraryImport(Library)] internal static partial long shim_tensor_element_size(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_dtype(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_device_type(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_device_index(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_is_contiguous(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_is_sparse(nint tensor);
    [LibraryImport(Library)] internal static partial long shim_tensor_storage_offset(nint tensor);
    [LibraryImport(Library)] internal static partial void shim_tensor_sizes(nint tensor, long* sizes, long* strides);
    [LibraryImport(Library)] internal static partial nint shim_tensor_data(nint tensor);
    [LibraryImport(Library)]
    internal static partial nint shim_tensor_from_memory(nint data, long* sizes, int dim, int dtype, delegate* unmanaged<nint, void> release, nint context);

    [LibraryImport(Library)] internal static partial int shim_tensor_requires_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] internal static partial int shim_tensor_is_leaf(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_retain_grad(nint tensor);
    [LibraryImport(Library)] internal static partial nint shim_tensor_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int shim_tensor_set_grad(nint tensor, nint grad);
    [LibraryImport(Library)] internal static partial int shim_tensor_set_data(nint tensor, nint data);
    [LibraryImport(Library)]
    internal static partial int shim_backward(nint* tensors, int count, nint* gradients, int gradientCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)] internal static partial int shim_set_grad_mode(int enabled);
    [LibraryImport(Library)] internal static partial int shim_grad_mode();
    [LibraryImport(Library)] internal static partial nint shim_inference_mode_enter(int enabled);
    [LibraryImport(Library)] internal static partial void shim_inference_mode_leave(nint guard);
    [LibraryImport(Library)] internal static partial int shim_inference_mode();

    [LibraryImport(Library)] internal static partial nint shim_generator_default();
    [LibraryImport(Library)] internal static partial nint shim_generator_new(ulong seed);
    [LibraryImport(Library)] internal static partial void shim_generator_free(nint generator);
    [LibraryImport(Library)] internal static partial int shim_generator_set_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial ulong shim_generator_seed(nint generator);
    [LibraryImport(Library)] internal static partial nint shim_generator_state(nint generator);
    [LibraryImport(Library)] internal static partial int shim_generator_set_state(nint generator, nint state);
    [LibraryImport(Library)] internal static partial int shim_manual_seed(ulong seed);

    [LibraryImport(Library)] internal static partial int shim_num_threads();
    [LibraryImport(Library)] internal static partial int shim_set_num_threads(int count);
    [LibraryImport(Library)] internal static partial int shim_cuda_is_available();
    [LibraryImport(Library)] internal static partial int shim_cuda_device_count();
    [LibraryImport(Library)] internal static partial int shim_cuda_synchronize(int device);
    [LibraryImport(Library)] internal static partial int shim_cuda_manual_seed(ulong seed, int all);
}
