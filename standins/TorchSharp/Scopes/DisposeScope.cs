namespace TorchSharp;

/// <summary>
/// Owns the tensors that its thread makes until it is disposed, and disposes them then, but those that were detached
/// or moved to another scope.
/// </summary>
public sealed partial class DisposeScope : IDisposable
{
    private DisposeScopeManager? manager;

    internal DisposeScope(DisposeScopeManager manager)
    {
        this.manager = manager;
        OuterScope = manager.CurrentDisposeScope;
    }

    internal DisposeScope? OuterScope { get; set; }

    internal HashSet<IDisposable> Disposables { get; private set; } = New();

    private DisposeScopeManager Manager => manager ?? throw new ObjectDisposedException(GetType().FullName);

    public IReadOnlyList<IDisposable> DisposablesView
    {
        get
        {
            _ = Manager;
            return Disposables.ToArray();
        }
    }

    public int DisposablesCount
    {
        get
        {
            _ = Manager;
            return Disposables.Count;
        }
    }

    public bool Contains(IDisposable disposable) => Disposables.Contains(disposable);

    public void Dispose()
    {
        if (manager is null) return;
        DisposeEverything();
        manager.RemoveDisposeScope(this);
        manager = null;
    }

    public void DisposeEverything() => DisposeEverythingBut(Enumerable.Empty<IDisposable>());

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var statistics = Manager.StatisticsInstance;
        var before = Disposables;
        Disposables = New(inKeep);
        foreach (var one in before)
        {
            if (Disposables.Contains(one)) continue;
            if (one is torch.Tensor tensor) tensor.OwningDisposeScope = null;
            if (one is not torch.Tensor { IsInvalid: true }) statistics.DisposedInScopeCount++;
            one.Dispose();
        }
    }

    /// <summary>Called by a disposable that was disposed on its own.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        Manager.StatisticsInstance.DisposedInScopeCount++;
        Disposables.Remove(disposable);
        Own(disposable, null);
    }

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        var statistics = Manager.StatisticsInstance;
        foreach (var one in disposables)
        {
            if (!Disposables.Remove(one)) continue;
            statistics.DetachedFromScopeCount++;
            Own(one, null);
        }
    }

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var statistics = Manager.StatisticsInstance;
        var attached = new List<IDisposable>();
        foreach (var one in disposables)
        {
            if (one is torch.Tensor { OwningDisposeScope: null, IsInvalid: false }) statistics.DetachedFromScopeCount--;
            Hand(one, this);
            attached.Add(one);
        }
        return attached;
    }

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        _ = Manager;
        foreach (var one in disposables)
            if (Disposables.Remove(one)) Hand(one, scope);
    }

    private void Hand(IDisposable disposable, DisposeScope? scope)
    {
        if (scope is null) Manager.StatisticsInstance.DetachedFromScopeCount++;
        else scope.Disposables.Add(disposable);
        Own(disposable, scope);
    }

    private static void Own(IDisposable disposable, DisposeScope? scope)
    {
        if (disposable is torch.Tensor tensor) tensor.OwningDisposeScope = scope;
    }

    private static HashSet<IDisposable> New(IEnumerable<IDisposable>? with = null) => new(with ?? [], ReferenceEqualityComparer.Instance);
}
