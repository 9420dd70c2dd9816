using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp.Interop;

/// <summary>
/// Makes Debian's libtorch as fast as it can be. Its OpenBLAS takes recent processors for old ones, its OpenMP threads keep
/// the cores busy while OpenBLAS's own work, unless it is the OpenBLAS that works on OpenMP's, and it starts with one thread.
/// What the user has set in the environment stays.
/// </summary>
internal static partial class Settings
{
    internal static void Apply()
    {
        var core = Avx512F.IsSupported ? "SkylakeX" : Avx2.IsSupported ? "Haswell" : null;
        if (core is not null) SetUnlessSet("OPENBLAS_CORETYPE", core);
        SetUnlessSet("OMP_WAIT_POLICY", "passive");
        // Some 50 microseconds, after which a thread that waits sleeps: the next piece of work is mostly there sooner, and waking up takes as long.
        SetUnlessSet("GOMP_SPINCOUNT", "1000");
        PreferOpenMP();
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null) Shim.Check(Shim.shim_set_num_threads(Environment.ProcessorCount));
    }

    // libtorch takes the libraries that are loaded already under the names it needs. Loading them starts OpenMP, which reads the environment only then.
    private static void PreferOpenMP()
    {
        var chosen = $"/usr/lib/{Triplet}/libopenblas.so.0";
        if (!File.Exists(chosen) || File.ResolveLinkTarget(chosen, returnFinalTarget: true)?.FullName.Contains("/openblas-pthread/", StringComparison.Ordinal) != true) return;
        foreach (var name in (string[])["libopenblas.so.0", "libblas.so.3", "liblapack.so.3"])
            NativeLibrary.TryLoad($"/usr/lib/{Triplet}/openblas-openmp/{name}", out _);
    }

    private static string Triplet => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    // Environment.SetEnvironmentVariable does not reach native code.
    private static void SetUnlessSet(string name, string value)
    {
        if (OperatingSystem.IsLinux()) _ = setenv(name, value, 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
