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
                throw new InvalidDataException($"{source}: the tensor \"{place.Key}\" is missing.");
            }

            Check(place, tensors[name], source);
            used.Add(name);
            found.Add((place, tensors[name]));
        }

        CheckStrays(model, tensors.Keys.Where(name => !used.Contains(name)), source);
        CheckOptional(expected, found, source);
        CheckHead(found, source);
        foreach (var (place, tensor) in found) place.Set(tensor);
    }

    private static void Check(AdapterTensor place, Tensor tensor, string source)
    {
        var (expected, actual) = (place.Shape, tensor.shape);
        if (actual.SequenceEqual(expected)) return;
        var sameDimensions = actual.Length == expected.Length;
        if (place.MayHaveOtherRows && sameDimensions && actual[0] > 0 && actual[1..].SequenceEqual(expected[1..])) return;
        var rankAt = place.Key.Contains("_A", StringComparison.Ordinal) ? 0 : 1;
        var shapes = $"the tensor \"{place.Key}\" has the shape [{string.Join(", ", actual)}]";
        if (place.Key.Contains(".lora_", StringComparison.Ordinal) && sameDimensions && actual.Length > rankAt && actual[rankAt] != expected[rankAt])
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
            throw new InvalidDataException($"{source}: the tensor \"{optional.First(place => found.All(each => each.Place != place)).Key}\" is missing.");
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
