namespace Microsoft.ML.Lora;

/// <summary>
/// A lock between processes, on a file that is opened for oneself alone. Python's filelock uses the same lock of the system (flock, or sharing on
/// Windows), so both keep out of each other's way; it ends with the process, however that ends.
/// </summary>
internal sealed class CacheLock : IDisposable
{
    private const int UnixWouldBlock = 11, MacWouldBlock = 35, WindowsSharing = 32, WindowsLock = 33;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _file;

    private CacheLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    public static async Task<CacheLock> TakeAsync(string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException e) when ((e.HResult & 0xFFFF) is UnixWouldBlock or MacWouldBlock or WindowsSharing or WindowsLock)
            {
                await Task.Delay(s_pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
