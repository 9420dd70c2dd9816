using TorchSharp.Interop;

namespace TorchSharp;

// Modes of the thread and of the library.
public static partial class torch
{
    public static string __version__ => Shim.Version;

    public static IDisposable no_grad() => new GradMode(false);
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);
    public static bool is_grad_enabled() => Shim.shim_grad_mode() != 0;

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);
    public static bool is_inference_mode_enabled() => Shim.shim_inference_mode() != 0;

    public static int get_num_threads() => Shim.shim_num_threads();
    public static void set_num_threads(int num) => Shim.Check(Shim.shim_set_num_threads(num));

    private sealed class GradMode(bool enabled) : IDisposable
    {
        private readonly int before = Shim.shim_set_grad_mode(enabled ? 1 : 0);

        public void Dispose() => _ = Shim.shim_set_grad_mode(before);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint guard = Shim.shim_inference_mode_enter(enabled ? 1 : 0);

        public void Dispose()
        {
            if (guard != 0) Shim.shim_inference_mode_leave(guard);
            guard = 0;
        }
    }
}
