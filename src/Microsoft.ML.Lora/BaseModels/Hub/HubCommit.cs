using System.Security.Cryptography;

namespace Microsoft.ML.Lora;

/// <summary>What is to be put on the hub in one commit.</summary>
/// <param name="Id">The repository, as owner/name; made where there is none.</param>
/// <param name="Branch">The branch.</param>
/// <param name="Summary">The commit's message.</param>
/// <param name="Private">Whether a repository that is made is private.</param>
/// <param name="Files">The files.</param>
/// <param name="Card">The model card.</param>
/// <param name="CardMark">A text in the card: a card in the repository without it is the user's and stays.</param>
internal sealed record HubCommit(
    string Id, string Branch, string Summary, bool Private, IReadOnlyList<HubUploadFile> Files, HubUploadFile Card, string CardMark);

/// <summary>A file to put on the hub.</summary>
/// <param name="Name">Its plain name.</param>
/// <param name="Content">Its content.</param>
internal sealed record HubUploadFile(string Name, byte[] Content)
{
    /// <summary>The SHA-256 of the content, in lower-case hexadecimal digits.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Content));
}
