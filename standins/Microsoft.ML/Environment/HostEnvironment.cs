namespace Microsoft.ML.Runtime;

/// <summary>The environment behind an <see cref="MLContext"/> and, as a <see cref="Host"/>, each environment registered from it.</summary>
internal class HostEnvironment : IHostEnvironmentInternal, ICancelable
{
    private readonly List<WeakReference<HostEnvironment>> _children = [];
    private readonly Dictionary<string, object> _options = [];
    private readonly MessageListeners _listeners;
    private readonly Random _random;
    private readonly HostEnvironment _parent;
    private readonly Lock _lock = new();

    public HostEnvironment(int? seed)
    {
        Seed = seed;
        TempFilePath = Path.GetTempPath();
        ComponentCatalog = new ComponentCatalog();
        _listeners = new MessageListeners();
        _random = seed is { } s ? new TauswortheRandom((uint)s) : new TauswortheRandom(new Random());
    }

    private HostEnvironment(HostEnvironment parent, string name, Random random)
    {
        Name = name;
        _parent = parent;
        Seed = parent.Seed;
        TempFilePath = parent.TempFilePath;
        GpuDeviceId = parent.GpuDeviceId;
        FallbackToCpu = parent.FallbackToCpu;
        ComponentCatalog = parent.ComponentCatalog;
        IsCanceled = parent.IsCanceled;
        _listeners = parent._listeners;
        _random = random;
    }

    public string Name { get; }

    /// <summary>The name, after that of the environment two steps up if that one has a name, as in ML.NET.</summary>
    public string FullName => _parent?._parent?.FullName is { Length: > 0 } above ? $"{above}; {Name}" : Name;

    public MessageListeners Listeners => _listeners;

    public int? Seed { get; }

    public string TempFilePath { get; set; }

    public int? GpuDeviceId { get; set; }

    public bool FallbackToCpu { get; set; }

    public ComponentCatalog ComponentCatalog { get; }

    public bool IsCanceled { get; private set; }

    public string ContextDescription => "HostEnvironment";

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        Check.NotEmpty(name, nameof(name));
        lock (_lock)
        {
            _children.RemoveAll(child => !child.TryGetTarget(out _));
            var random = seed is { } s ? new TauswortheRandom((uint)s) : new TauswortheRandom(_random);
            var host = new Host(this, name, random);
            _children.Add(new WeakReference<HostEnvironment>(host));
            return host;
        }
    }

    public IChannel Start(string name) => new Channel(this, name);

    public IPipe<TMessage> StartPipe<TMessage>(string name) => new Pipe<TMessage>(this, name);

    public IProgressChannel StartProgressChannel(string name)
    {
        Check.NotEmpty(name, nameof(name));
        return new SilentProgressChannel();
    }

    public TException Process<TException>(TException ex) where TException : Exception => Fail.Mark(ex);

    public void CancelExecution()
    {
        lock (_lock)
        {
            foreach (var child in _children)
            {
                if (child.TryGetTarget(out var host))
                    host.CancelExecution();
            }
            _children.Clear();
            IsCanceled = true;
        }
    }

    public bool TryAddOption<T>(string name, T value)
    {
        if (_options.ContainsKey(OptionName(name)))
            return false;
        _options[name] = value;
        return true;
    }

    public void SetOption<T>(string name, T value) => _options[OptionName(name)] = value;

    public bool TryGetOption<T>(string name, out T value)
    {
        var found = _options.TryGetValue(OptionName(name), out var stored) && stored is T;
        value = found ? (T)stored : default;
        return found;
    }

    public T GetOptionOrDefault<T>(string name)
    {
        if (!_options.TryGetValue(OptionName(name), out var stored))
            _options[name] = stored = default(T);
        return (T)stored;
    }

    public bool RemoveOption(string name) => _options.Remove(OptionName(name));

    private static string OptionName(string name) =>
        string.IsNullOrWhiteSpace(name) ? throw new ArgumentNullException(nameof(name)) : name;

    private sealed class Host(HostEnvironment parent, string name, Random random) : HostEnvironment(parent, name, random), IHost
    {
        public Random Rand => _random;
    }
}
