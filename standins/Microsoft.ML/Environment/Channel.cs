using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microsoft.ML.Runtime;

/// <summary>Those who listen to an environment's messages, by message type.</summary>
internal sealed class MessageListeners
{
    private readonly ConcurrentDictionary<Type, Delegate> _byType = [];

    public void Add<TMessage>(Action<string, TMessage> listener) =>
        _byType.AddOrUpdate(typeof(TMessage), listener, (_, others) => Delegate.Combine(others, listener));

    public void Send<TMessage>(string source, TMessage message)
    {
        if (_byType.TryGetValue(typeof(TMessage), out var listener))
            ((Action<string, TMessage>)listener)(source, message);
    }
}

internal class Pipe<TMessage>(HostEnvironment environment, string name) : IPipe<TMessage>
{
    private readonly string _source = string.IsNullOrEmpty(environment.FullName) ? name : $"{environment.FullName}; {name}";

    public string ContextDescription => _source;

    public void Send(TMessage msg) => environment.Listeners.Send(_source, msg);

    public TException Process<TException>(TException ex) where TException : Exception => Fail.Mark(ex);

    public virtual void Dispose()
    {
    }
}

internal sealed class Channel : Pipe<ChannelMessage>, IChannel
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _disposed;

    public Channel(HostEnvironment environment, string name)
        : base(environment, name) =>
        Trace(MessageSensitivity.None, "Channel started");

    public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt));

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Trace, sensitivity, fmt, args));

    public void Error(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Error, sensitivity, fmt));

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Error, sensitivity, fmt, args));

    public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt));

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Warning, sensitivity, fmt, args));

    public void Info(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Info, sensitivity, fmt));

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Info, sensitivity, fmt, args));

    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", Stopwatch.GetElapsedTime(_started));
        Trace(MessageSensitivity.None, "Channel disposed");
    }
}
