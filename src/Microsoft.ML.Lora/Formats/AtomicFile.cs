namespace Microsoft.ML.Lora.Formats;

/// <summary>Files that are there whole or not at all: written beside their place, flushed to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file, creating its folder where needed; a file that is there is replaced only once the new one is complete.</summary>
    /// <param name="path">Where the file is to be.</param>
    /// <param name="write">Writes the content; when it throws, the old file stays and nothing is left behind.</param>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(path) ?? throw new ArgumentException($"'{path}' is not the path of a file.", nameof(path));
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Writes bytes as <see cref="Write(string, Action{Stream})"/> does.</summary>
    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));
}
