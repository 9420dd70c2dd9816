using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Lora;

/// <summary>A file on the hub: its content is told by the etag, which also is the name of its blob in the cache.</summary>
/// <param name="Name">The plain name.</param>
/// <param name="Etag">The SHA-256 of a large file, git's SHA-1 of a small one; another server may use the plain SHA-1, or other texts.</param>
/// <param name="Length">The length in bytes.</param>
internal sealed partial record HubFile(string Name, string Etag, long Length)
{
    /// <summary>Whether an etag can name a file in the cache.</summary>
    public static bool IsEtag(string etag) => EtagText().IsMatch(etag);

    /// <summary>How the content of a file on this machine differs from this one's, as in "its SHA-256 is …", or null where it does not.</summary>
    public string? FindDifference(string path)
    {
        var length = new FileInfo(FileLengths.Target(path)).Length;
        return length != Length ? $"its length is {length:N0} bytes, expected is {Length:N0}" : FindDifference(path, Etag, FileDigest.Read);
    }

    /// <summary>How the content of a file differs from what an etag says; null where it does not, or where the etag is no digest.</summary>
    /// <param name="path">The file.</param>
    /// <param name="etag">The etag.</param>
    /// <param name="digest">Gives a file's digest, read anew or remembered.</param>
    public static string? FindDifference(string path, string etag, Func<string, FileDigest> digest)
    {
        if (Sha256Text().IsMatch(etag)) return Compare("SHA-256", digest(path).Sha256, etag);
        if (!Sha1Text().IsMatch(etag)) return null;
        // Mirrors tell the SHA-1 of the content alone.
        var difference = Compare("git SHA-1", Sha1(path, asGit: true), etag);
        return difference == null || Sha1(path, asGit: false) == etag ? null : difference;
    }

    private static string? Compare(string kind, string found, string expected) =>
        found == expected ? null : $"its {kind} is {found}, expected is {expected}";

    /// <summary>The SHA-1 of a file's content, or the name that git gives it: the SHA-1 of a heading and the content.</summary>
    private static string Sha1(string path, bool asGit)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        if (asGit) hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex EtagText();

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256Text();

    [GeneratedRegex("^[0-9a-f]{40}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha1Text();
}
