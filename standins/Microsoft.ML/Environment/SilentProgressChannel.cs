namespace Microsoft.ML.Runtime;

/// <summary>Progress goes nowhere, as with the environment behind a real MLContext, which has no listener for it.</summary>
internal sealed class SilentProgressChannel : IProgressChannel
{
    private bool _disposed;
    private int _figures;

    public IProgressChannel StartProgressChannel(string name) => new SilentProgressChannel();

    public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction) =>
        _figures = header == null ? 0 : header.MetricNames.Count + 2 * header.UnitNames.Count;

    public void Checkpoint(params double?[] values)
    {
        Check.State(!_disposed, "Can't report checkpoints after disposing");
        Check.State((values?.Length ?? 0) <= _figures, "Too many values provided in Checkpoint");
    }

    public void Dispose() => _disposed = true;
}
