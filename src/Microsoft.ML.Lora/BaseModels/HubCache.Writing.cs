using System.Text;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <content>Adding to the cache: a file's content lies once under <c>blobs/</c>, named by its etag, and snapshots link to it.</content>
internal sealed partial class HubCache
{
    /// <summary>Where the content of a file lies, whether it does or not.</summary>
    /// <param name="id">The model.</param>
    /// <param name="etag">An etag that <see cref="HubFile.IsEtag"/> accepts.</param>
    public string BlobOf(string id, string etag) => Path.Combine(FolderOf(id), "blobs", etag);

    /// <summary>The file that a process locks while it fetches a content.</summary>
    public string LockOf(string id, string etag) => Path.Combine(root, ".locks", FolderName(id), $"{etag}.lock");

    /// <summary>Puts a content into a snapshot; what is there under the name is replaced.</summary>
    /// <param name="id">The model.</param>
    /// <param name="etag">Names the blob.</param>
    /// <param name="commit">The snapshot.</param>
    /// <param name="fileName">The plain name there.</param>
    /// <param name="links">Whether links may be made. Where not, the file itself lies in the snapshot.</param>
    /// <param name="isNew">Whether no other snapshot can need the blob, so that it may be moved rather than copied.</param>
    public void Place(string id, string etag, string commit, string fileName, bool links, bool isNew)
    {
        var (blob, place) = (BlobOf(id, etag), Path.Combine(SnapshotOf(id, commit), fileName));
        Directory.CreateDirectory(SnapshotOf(id, commit));
        var link = Path.Combine("..", "..", "blobs", etag);
        if (links && new FileInfo(place).LinkTarget == link) return;
        File.Delete(place);
        if (links && TryLink(place, link)) return;
        if (isNew) File.Move(blob, place);
        else AtomicFile.Write(place, stream =>
        {
            using var content = File.OpenRead(blob);
            content.CopyTo(stream);
        });
    }

    /// <summary>Notes the commit that a branch or tag stands for.</summary>
    public void SetCommit(string id, string revision, string commit)
    {
        if (revision == commit || CommitOf(id, revision) == commit) return;
        AtomicFile.Write(Path.Combine(FolderOf(id), "refs", revision), Encoding.ASCII.GetBytes(commit));
    }

    /// <summary>Notes that the hub has no such file at a commit, as Hugging Face's own library does.</summary>
    public void SetAbsent(string id, string commit, string fileName)
    {
        if (!KnowsAbsent(id, commit, fileName)) AtomicFile.Write(AbsenceOf(id, commit, fileName), []);
    }

    private static bool TryLink(string place, string target)
    {
        try
        {
            File.CreateSymbolicLink(place, target);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return new FileInfo(place).LinkTarget == target;
        }
    }
}
