using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Adapters.Mixing;

/// <summary>
/// A module of which adapters have trained copies, such as a head. While rows are routed, it runs once for the rows of each copy; where the
/// results differ in their last dimension they are padded with -infinity, which a softmax makes 0.
/// </summary>
internal sealed class RoutedUnit : IDisposable
{
    private readonly Module<Tensor, Tensor> _module;
    private readonly IReadOnlyList<string> _parameters;
    private readonly HashSet<string> _owners;
    private readonly ParameterSwitch _trained;
    private readonly AdapterContext _context;
    private readonly Action _removeHook;

    private RoutedUnit(
        Module<Tensor, Tensor> module, IReadOnlyList<string> parameters, IEnumerable<string> owners, ParameterSwitch trained, AdapterContext context)
    {
        (_module, _parameters, _trained, _context) = (module, parameters, trained, context);
        _owners = [.. owners];
        _removeHook = module.register_forward_hook((_, input, output) => Reroute(input, output)!).remove;
    }

    /// <summary>Hooks every module of which an adapter has a copy; where it is adapted too, the low-rank layer in its place.</summary>
    /// <exception cref="NotSupportedException">Such a module takes or gives something else than one tensor.</exception>
    public static List<RoutedUnit> HookAll(
        nn.Module model, IReadOnlyDictionary<string, LoraLayer> layers, IReadOnlyCollection<NamedAdapter> adapters, ParameterSwitch trained,
        AdapterContext context)
    {
        var modules = adapters.SelectMany(adapter => adapter.Units).Select(unit => unit.Module).Distinct().ToList();
        var outermost = modules.Where(path => !modules.Any(outer => path.StartsWith(outer + ".", StringComparison.Ordinal)));
        var places = outermost.Select(path => (Path: path, Module: layers.GetValueOrDefault(path) ?? Routable(model, path))).ToList();
        return places.ConvertAll(place =>
        {
            var owners = adapters.Where(adapter => trained.PathsOf(adapter.Name).Any(IsWithin)).ToList();
            var parameters = owners.SelectMany(owner => trained.PathsOf(owner.Name)).Where(IsWithin).Distinct().ToList();
            return new RoutedUnit(place.Module, parameters, owners.Select(owner => owner.Name), trained, context);

            bool IsWithin(string parameter) => parameter.StartsWith(place.Path + ".", StringComparison.Ordinal);
        });
    }

    public void Dispose() => _removeHook();

    private static Module<Tensor, Tensor> Routable(nn.Module model, string path) =>
        path.Length > 0 && ModuleTree.Find(model, path) is Module<Tensor, Tensor> module ? module : throw new NotSupportedException(
            $"{path}: adapters have copies of this module, which takes or gives more than one tensor; rows cannot choose among them.");

    private Tensor? Reroute(Tensor input, Tensor output)
    {
        if (_context.Routing is not { } routing || !_context.Enabled) return null;
        var assigned = routing.Assign(ref input);
        var groups = Routing.Groups([.. assigned.Select(OwnerOf)]).ToList();
        if (groups.Count == 1 && _parameters.All(path => _trained.Shows(path, groups[0].Adapter!))) return null;
        var shown = _parameters.Select(_trained.Shown).ToList();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var results = new List<Tensor>();
        try
        {
            foreach (var (owner, places) in groups)
            {
                foreach (var path in _parameters) _trained.Show(path, owner!);
                _context.Routing = new Routing([.. places.Select(place => assigned[(int)place])]);
                results.Add(_module.forward(input.index_select(0, tensor(places).to(input.device))));
            }
        }
        finally
        {
            foreach (var (path, owner) in _parameters.Zip(shown)) _trained.Show(path, owner);
            _context.Routing = routing;
        }

        Record(routing, assigned, groups, results);
        return InOrder(groups, results).MoveToOuterDisposeScope();
    }

    private string OwnerOf(string? adapter) => adapter is not null && _owners.Contains(adapter) ? adapter : ParameterSwitch.Base;

    private static void Record(Routing routing, IReadOnlyList<string?> assigned, List<(string? Adapter, long[] Places)> groups, List<Tensor> results)
    {
        if (results.Select(result => result.shape[^1]).Distinct().Count() == 1) return;
        for (var i = 0; i < groups.Count; i++)
            foreach (var place in groups[i].Places) routing.Widths[assigned[(int)place] ?? Routing.Base] = results[i].shape[^1];
    }

    private static Tensor InOrder(List<(string? Adapter, long[] Places)> groups, List<Tensor> results)
    {
        var widest = results.Max(result => result.shape[^1]);
        var joined = cat([.. results.Select(result => Widened(result, widest))], 0);
        var order = new long[joined.shape[0]];
        var next = 0;
        foreach (var place in groups.SelectMany(group => group.Places)) order[place] = next++;
        return joined.index_select(0, tensor(order).to(joined.device));
    }

    private static Tensor Widened(Tensor result, long width) => result.shape[^1] == width
        ? result
        : cat([result, full([.. result.shape[..^1], width - result.shape[^1]], float.NegativeInfinity, result.dtype, result.device)], -1);
}
