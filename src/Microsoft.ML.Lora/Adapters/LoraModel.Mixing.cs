using Microsoft.ML.Lora.Adapters.Mixing;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Batches whose rows use different adapters.</content>
public sealed partial class LoraModel
{
    private List<RoutedUnit>? _hooks;

    /// <summary>
    /// Lets each row of a batch use an adapter of its own in the forward passes that this thread runs until the result is disposed of. The base is
    /// computed once for all rows. While rows are routed, the model must not be used on other threads, since heads are switched to and fro, and
    /// modules of which adapters train parameters get no gradients. Where heads differ in their number of classes, the logits are padded with -infinity.
    /// </summary>
    /// <param name="rows">An adapter's name for each row of the batch; null for the base model alone.</param>
    /// <param name="lengths">How many tokens each row has, for a model whose layers see the rows' tokens one after the other without
    /// padding; null for one that pads.</param>
    /// <exception cref="ArgumentException">No rows, not as many lengths as rows, or there is no adapter of a name.</exception>
    /// <exception cref="InvalidOperationException">Adapters are merged or disabled.</exception>
    public IDisposable Route(IReadOnlyList<string?> rows, IReadOnlyList<long>? lengths = null) => Route(Routed(rows, lengths));

    /// <summary>
    /// Runs one forward pass in which each row uses an adapter of its own; see <see cref="Route(IReadOnlyList{string?},
    /// IReadOnlyList{long}?)"/>.
    /// </summary>
    /// <param name="rows">An adapter's name for each row of the batch; null for the base model alone.</param>
    /// <param name="forward">The forward pass; its result has a row for each row of the batch.</param>
    /// <param name="lengths">How many tokens each row has, for a model whose layers see the rows' tokens one after the other without
    /// padding; null for one that pads.</param>
    /// <returns>Each row of the result, as long as the row's own head makes it; the caller owns them.</returns>
    /// <exception cref="ArgumentException">No rows, not as many lengths as rows, or there is no adapter of a name.</exception>
    /// <exception cref="InvalidOperationException">Adapters are merged or disabled, or a layer is given another number of rows.</exception>
    public IReadOnlyList<Tensor> ForwardMixed(IReadOnlyList<string?> rows, Func<Tensor> forward, IReadOnlyList<long>? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(forward);
        var routing = Routed(rows, lengths);
        using var scope = NewDisposeScope();
        using var _ = Route(routing);
        var output = forward();
        return [.. rows.Select((adapter, row) =>
        {
            var result = output.select(0, row);
            if (routing.Widths.TryGetValue(adapter ?? Routing.Base, out var width)) result = result.narrow(-1, 0, width);
            return result.MoveToOuterDisposeScope();
        })];
    }

    private IDisposable Route(Routing routing)
    {
        RequireUnmerged();
        if (!_context.Enabled) throw new InvalidOperationException("The adapters are disabled.");
        _hooks ??= RoutedUnit.HookAll(_model, _layers, _adapters.Values, _trained, _context);
        var outer = _context.Routing;
        _context.Routing = routing;
        return new Scope(() => _context.Routing = outer);
    }

    private Routing Routed(IReadOnlyList<string?> rows, IReadOnlyList<long>? lengths)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0) throw new ArgumentException("There are no rows.", nameof(rows));
        if (lengths is not null && lengths.Count != rows.Count)
            throw new ArgumentException($"There are {lengths.Count} lengths for {rows.Count} rows.", nameof(lengths));
        foreach (var adapter in rows.OfType<string>().Distinct()) Find(adapter);
        return new Routing(rows, lengths);
    }

    private void RemoveHooks()
    {
        foreach (var hook in _hooks ?? []) hook.Dispose();
        _hooks = null;
    }
}
