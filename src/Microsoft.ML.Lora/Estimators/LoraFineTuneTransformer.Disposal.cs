namespace Microsoft.ML.Lora;

/// <content>The life of the weights.</content>
public sealed partial class LoraFineTuneTransformer
{
    private readonly ReaderWriterLockSlim _uses = new();
    private bool _disposed;

    /// <summary>Frees the model's native memory once the calls that use it have ended; it cannot score any more.</summary>
    public void Dispose()
    {
        _uses.EnterWriteLock();
        try
        {
            if (_disposed) return;
            _disposed = true;
            _classifier.Dispose();
        }
        finally
        {
            _uses.ExitWriteLock();
        }
    }

    /// <summary>Keeps the weights until the result is disposed of, on the same thread.</summary>
    private Usage Use()
    {
        _uses.EnterReadLock();
        if (!_disposed) return new Usage(_uses);
        _uses.ExitReadLock();
        throw new ObjectDisposedException(GetType().FullName);
    }

    private readonly struct Usage(ReaderWriterLockSlim uses) : IDisposable
    {
        public void Dispose() => uses.ExitReadLock();
    }
}
