using TorchSharp.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// The hold that a built-in module has on one of its tensors. In TorchSharp these live in a native module, so that no
/// dispose scope owns them and each look at one makes a new handle; so here.
/// </summary>
internal sealed class Weight : IDisposable
{
    internal Weight(Tensor initial)
    {
        Handle = Shim.shim_tensor_share(initial.Handle);
        initial.Dispose();
    }

    ~Weight() => Free();

    internal nint Handle { get; private set; }

    internal Parameter Share() => new(Shim.shim_tensor_share(Handle));

    internal void Set(Parameter value)
    {
        var shared = Shim.shim_tensor_share(value.Handle);
        Free();
        Handle = shared;
    }

    /// <summary>Gives the tensor other data, of another type or on another device, under the same identity.</summary>
    internal void Move(ScalarType? type, Device? device)
    {
        using var quiet = no_grad();
        using var here = Share();
        using var moved = here.to(type ?? here.dtype, device ?? here.device);
        Shim.Check(Shim.shim_tensor_set_data(Handle, moved.Handle));
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Handle != 0) Shim.shim_tensor_free(Handle);
        Handle = 0;
    }
}
