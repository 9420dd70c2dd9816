using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Microsoft.ML.Lora;

/// <summary>What a file contains, in short.</summary>
/// <param name="Sha256">The SHA-256 of its content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record FileDigest(string Sha256, long Bytes)
{
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), FileDigest> s_known = new();

    /// <summary>
    /// The digest of a file. Weights have hundreds of megabytes and are read again and again, so a digest is remembered for the process as
    /// long as the file's length and time stay.
    /// </summary>
    public static FileDigest Of(string path)
    {
        var file = new FileInfo(FileLengths.Target(path));
        return s_known.GetOrAdd((file.FullName, file.Length, file.LastWriteTimeUtc), static key => Read(key.Path));
    }

    /// <summary>The digest of a file, read anew: for a file that was only just written.</summary>
    public static FileDigest Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20, FileOptions.SequentialScan);
        return new(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }
}

/// <summary>Lengths and times of the file itself where a path is a link, as in the Hugging Face cache.</summary>
internal static class FileLengths
{
    /// <summary>The file a path leads to.</summary>
    public static string Target(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
}
