using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

/// <summary>Says in the log which files of a base are being fetched; no percentages.</summary>
internal sealed class DownloadMessages(IChannel channel, BaseModel model) : IProgress<HubProgress>
{
    private string? _file;

    public void Report(HubProgress value)
    {
        if (value.FileName == _file || value.FileBytes == value.FileLength) return;
        _file = value.FileName;
        channel.Info(MessageSensitivity.None, "Fetching {0} of {1}, {2:N1} MB.", value.FileName, model, value.FileLength / 1e6);
    }
}
