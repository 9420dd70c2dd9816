namespace Microsoft.ML.Lora;

/// <summary>How far a download from the hub has come.</summary>
/// <param name="FileName">The file at hand, such as <c>model.safetensors</c>.</param>
/// <param name="FileBytes">How much of it is on this machine, in bytes.</param>
/// <param name="FileLength">Its length in bytes.</param>
/// <param name="Bytes">How much of all files is on this machine, in bytes; what an earlier download left counts.</param>
/// <param name="TotalBytes">The length of all files, in bytes.</param>
public sealed record HubProgress(string FileName, long FileBytes, long FileLength, long Bytes, long TotalBytes);
