namespace Microsoft.ML.Lora;

/// <summary>Adds up the progress of a download's files and reports it, a few times a second at most.</summary>
internal sealed class HubProgressMeter(IProgress<HubProgress>? progress, IReadOnlyList<HubFile> files)
{
    private const int MillisecondsBetween = 100;
    private readonly long _total = files.Sum(file => file.Length);
    private HubFile? _file;
    private long _before;
    private long _reportedAt;

    /// <summary>Turns to a file.</summary>
    public void Begin(HubFile file)
    {
        _file = file;
        _reportedAt = 0;
    }

    /// <summary>Says how many bytes of the file are here.</summary>
    public void Report(long bytes)
    {
        if (progress == null || _file == null || _reportedAt != 0 && Environment.TickCount64 - _reportedAt < MillisecondsBetween) return;
        _reportedAt = Environment.TickCount64;
        progress.Report(new(_file.Name, bytes, _file.Length, _before + bytes, _total));
    }

    /// <summary>Says that the file is here.</summary>
    public void End()
    {
        _reportedAt = 0;
        Report(_file!.Length);
        _before += _file.Length;
    }
}
