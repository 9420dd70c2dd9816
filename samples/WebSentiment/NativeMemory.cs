using System.Runtime.InteropServices;

namespace WebSentimentSample;

/// <summary>
/// The C library's allocator, which libtorch takes its memory from. Batches differ in shape, so every tensor has another size. glibc raises the size
/// from which it maps a block of its own each time such a block is freed; soon all tensors share one heap, which fragments and grows to several times
/// what is in use. With the thresholds fixed where they begin, large blocks go back to the system when they are freed.
/// </summary>
internal static class NativeMemory
{
    private const int TrimThreshold = -1, MapThreshold = -3, Bytes = 128 * 1024;

    /// <summary>Fixes the thresholds, where there is glibc; the environment variables MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ do the same.</summary>
    public static void KeepFromGrowing()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = mallopt(MapThreshold, Bytes);
            _ = mallopt(TrimThreshold, Bytes);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    [DllImport("libc")]
    private static extern int mallopt(int parameter, int value);
}
