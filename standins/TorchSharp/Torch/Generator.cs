using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers. As in 0.102.7, its native part is one of the CPU's whatever the device.</summary>
    public unsafe class Generator : IDisposable
    {
        private Generator(nint handle, Device device) => (Handle, this.device) = (Shim.Checked(handle), device);

        public Generator(ulong seed = 0, Device? device = null)
            : this(Shim.shim_generator_new(seed), device ?? CPU)
        {
        }

        ~Generator() => Dispose(false);

        /// <summary>libtorch's own generator.</summary>
        public static Generator Default => new(Shim.shim_generator_default(), CPU);

        public nint Handle { get; private set; }

        public Device device { get; }

        public Generator manual_seed(long seed)
        {
            Shim.Check(Shim.shim_generator_set_seed(Handle, (ulong)seed));
            return this;
        }

        public long initial_seed() => (long)Shim.shim_generator_seed(Handle);

        /// <summary>Seeds anew from the clock and tells the seed.</summary>
        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        public Tensor get_state() => new(Shim.Checked(Shim.shim_generator_state(Handle)));

        public void set_state(Tensor value) => Shim.Check(Shim.shim_generator_set_state(Handle, value.Handle));

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle != 0) Shim.shim_generator_free(Handle);
            Handle = 0;
        }
    }
}
