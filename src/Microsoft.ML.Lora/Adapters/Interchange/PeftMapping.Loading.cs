using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Giving an adapter the tensors of a file.</content>
internal static partial class PeftMapping
{
    /// <summary>Gives an adapter the tensors of a file.</summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="tensors">The file's tensors by name.</param>
    /// <param name="source">What errors call the file.</param>
    /// <param name="adapter">Which adapter; null for the first active one.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape, or belongs nowhere; the adapter is unchanged
    /// then.</exception>
    public static void Load(LoraModel model, IReadOnlyDictionary<string, Tensor> tensors, string source, string? adapter = null)
    {
        var expected = AdapterTensors.Of(model, adapter ?? model.Active[0]);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<(AdapterTensor Place, Tensor Tensor)>();
        foreach (var place in expected)
        {
            var name = new[] { place.Key, place.OtherKey }.FirstOrDefault(each => each is not null && tensors.ContainsKey(each));
            if (name is null)
            {
                if (place.IsOptional) continue;
                throw Missing(place.Key, source);
            }

            Check(place.Key, place.Shape, tensors[name], source, place.MayHaveOtherRows);
            used.Add(name);
            found.Add((place, tensors[name]));
        }

        CheckStrays(model, tensors.Keys.Where(name => !used.Contains(name) && !PeftKeys.PlainNames(name).Any(used.Contains)), source);
        CheckOptional(expected, found, source);
        CheckHead(found, source);
        foreach (var (place, tensor) in found) place.Set(tensor);
    }

    /// <summary>Sees that a file's A and B of a layer are of the rank that its configuration gives the layer, before memory is spent on it.</summary>
    /// <exception cref="InvalidDataException">They are not, or the start does not go with the rank.</exception>
    public static void CheckRank(
        LoraLayer layer, int rank, LoraInitialization initialization, IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        var (a, b) = AdapterTensors.KeysOf(layer);
        foreach (var (key, shape) in new[] { (a, layer.ShapeOfA(rank)), (b, layer.ShapeOfB(rank)) })
            Check(key, shape, tensors.GetValueOrDefault(key) ?? throw Missing(key, source), source);
        var most = Math.Min(layer.InputSize, layer.OutputSize);
        if (initialization is LoraInitialization.Pissa or LoraInitialization.Olora && rank > most)
            throw new InvalidDataException(
                $"{source}: {PeftAdapterConfig.FileName} gives {layer.Path} the rank {rank}; with init_lora_weights "
                + $"\"{initialization.ToString().ToLowerInvariant()}\" it must be at most {most}, the smaller side of the layer "
                + $"({layer.OutputSize} x {layer.InputSize}).");
    }

    private static InvalidDataException Missing(string key, string source) => new($"{source}: the tensor \"{key}\" is missing.");

    private static void Check(string key, long[] expected, Tensor tensor, string source, bool mayHaveOtherRows = false)
    {
        var actual = tensor.shape;
        if (actual.SequenceEqual(expected)) return;
        var sameDimensions = actual.Length == expected.Length;
        if (mayHaveOtherRows && sameDimensions && actual[0] > 0 && actual[1..].SequenceEqual(expected[1..])) return;
        var rankAt = key.Contains("_A", StringComparison.Ordinal) ? 0 : 1;
        var shapes = $"the tensor \"{key}\" has the shape [{string.Join(", ", actual)}]";
        if (key.Contains(".lora_", StringComparison.Ordinal) && sameDimensions && actual.Length > rankAt && actual[rankAt] != expected[rankAt])
            throw new InvalidDataException($"{source}: {shapes}, which is of rank {actual[rankAt]}; {PeftAdapterConfig.FileName} gives it rank {expected[rankAt]}.");
        throw new InvalidDataException($"{source}: {shapes}; the model and {PeftAdapterConfig.FileName} ask for [{string.Join(", ", expected)}].");
    }

    private static void CheckStrays(LoraModel model, IEnumerable<string> names, string source)
    {
        var paths = ModuleTree.Modules(model.Model).Select(module => module.Path).Prepend("").ToHashSet();
        foreach (var name in names)
        {
            var key = PeftKeys.Parse(name, source);
            if (key.Part == PeftPart.Original) continue;
            throw new InvalidDataException(paths.Contains(key.Module)
                ? $"{source}: the tensor \"{name}\" belongs to \"{key.Module}\", which {PeftAdapterConfig.FileName} neither adapts in that way nor saves."
                : $"{source}: the tensor \"{name}\" belongs to no module of the model: there is no \"{key.Module}\".{NearMatches.Hint(key.Module, paths)}");
        }
    }

    // Either all or none: a file that lacks some was cut.
    private static void CheckOptional(IReadOnlyList<AdapterTensor> expected, List<(AdapterTensor Place, Tensor)> found, string source)
    {
        var optional = expected.Where(place => place.IsOptional).ToList();
        var present = found.Count(each => each.Place.IsOptional);
        if (present > 0 && present < optional.Count)
            throw Missing(optional.First(place => found.All(each => each.Place != place)).Key, source);
    }

    private static void CheckHead(List<(AdapterTensor Place, Tensor Tensor)> found, string source)
    {
        foreach (var head in found.Where(each => each.Place.MayHaveOtherRows).GroupBy(each => ModuleTree.Split(each.Place.Key).Owner))
        {
            var rows = head.Select(each => each.Tensor.shape[0]).Distinct().ToList();
            if (rows.Count > 1)
                throw new InvalidDataException(
                    $"{source}: the weight and the bias of \"{head.Key}\" have {string.Join(" and ", rows)} rows; they must have the same number.");
        }
    }
}
