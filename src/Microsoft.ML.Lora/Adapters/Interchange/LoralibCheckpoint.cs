using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>
/// A checkpoint of the LoRA authors' package loralib, in a safetensors file: A and B are named <c>….query.lora_A</c> and <c>….query.lora_B</c>,
/// without ".weight", beside the biases and head that were trained. It holds no configuration: ranks are the tensors', alpha must be known.
/// </summary>
internal static class LoralibCheckpoint
{
    private const string PartA = ".lora_A";
    private const string PartB = ".lora_B";

    /// <summary>The checkpoint as a PEFT adapter.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The base, whose modules say which tensors are embeddings'.</param>
    /// <param name="alpha">lora_alpha of the training.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is malformed, or holds what is no adapter's.</exception>
    public static PeftAdapter Read(string path, nn.Module model, double alpha)
    {
        if (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".pt", StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"{path} is a Python pickle, which can run code when it is read and so is not; save its tensors as safetensors.");
        using var file = SafetensorsFile.Open(path, map: false);
        var modules = ModuleTree.Modules(model).ToDictionary(each => each.Path, each => each.Module);
        var ranks = Ranks(file, modules, path);
        var names = Names(file, modules, ranks.Keys, path);
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var (from, to) in names) tensors.Add(to, file.Load(from));
            return new PeftAdapter(Config(model, ranks, names, alpha), tensors);
        }
        catch
        {
            foreach (var tensor in tensors.Values) tensor.Dispose();
            throw;
        }
    }

    private static SortedDictionary<string, int> Ranks(SafetensorsFile file, Dictionary<string, nn.Module> modules, string path)
    {
        var ranks = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in file.Tensors.Keys.Where(name => name.EndsWith(PartA, StringComparison.Ordinal)))
        {
            var module = name[..^PartA.Length];
            if (!modules.TryGetValue(module, out var found))
                throw new InvalidDataException($"{path}: the tensor \"{name}\" belongs to no module of the model.{NearMatches.Hint(module, modules.Keys)}");
            if (found is Conv1d or Conv2d)
                throw new InvalidDataException($"{path}: \"{name}\" is a convolution's, which loralib lays out in a way that is not supported.");
            if (!file.Tensors.TryGetValue(module + PartB, out var b)) throw new InvalidDataException($"{path}: the tensor \"{module}{PartB}\" is missing.");
            var a = file.Tensors[name];
            if (a.Shape.Count != 2 || b.Shape.Count != 2 || a.Shape[0] != b.Shape[1] || a.Shape[0] > PeftAdapterConfig.MaxRank
                || a.Shape.Concat(b.Shape).Any(size => size < 1))
                throw new InvalidDataException($"{path}: \"{name}\" is [{string.Join(", ", a.Shape)}] and its B [{string.Join(", ", b.Shape)}]; "
                    + $"they must be [r, in] and [out, r] with r in 1 … {PeftAdapterConfig.MaxRank} (merged projections of several matrices are not supported).");
            ranks.Add(module, (int)a.Shape[0]);
        }

        return ranks.Count > 0 ? ranks : throw new InvalidDataException($"{path}: there is no tensor whose name ends in {PartA}; it is no loralib checkpoint.");
    }

    private static List<(string From, string To)> Names(
        SafetensorsFile file, Dictionary<string, nn.Module> modules, IReadOnlyCollection<string> targets, string path)
    {
        var names = new List<(string, string)>();
        foreach (var name in file.Tensors.Keys)
        {
            var (module, parameter) = ModuleTree.Split(name);
            var isTable = modules.GetValueOrDefault(module) is Embedding or EmbeddingLayer;
            var key = parameter switch
            {
                "lora_A" => PeftKeys.Format(module, isTable ? PeftPart.EmbeddingA : PeftPart.LoraA),
                "lora_B" => PeftKeys.Format(module, isTable ? PeftPart.EmbeddingB : PeftPart.LoraB),
                "bias" when targets.Contains(module) => PeftKeys.Format(new PeftKey(module, PeftPart.BaseLayer, parameter)),
                _ => PeftKeys.Format(new PeftKey(module, PeftPart.Parameter, parameter)),
            };
            if (parameter is "lora_B" && !targets.Contains(module)) throw new InvalidDataException($"{path}: the tensor \"{module}{PartA}\" is missing.");
            names.Add((name, key));
        }

        return names;
    }

    private static PeftAdapterConfig Config(
        nn.Module model, SortedDictionary<string, int> ranks, List<(string From, string To)> names, double alpha)
    {
        var rank = ranks.Values.Max();
        static string Owner(string name) => ModuleTree.Split(name).Owner;
        var others = names.Select(name => name.From)
            .Where(name => !name.EndsWith(PartA, StringComparison.Ordinal) && !name.EndsWith(PartB, StringComparison.Ordinal)).ToList();
        var saved = others.Where(name => !IsBias(name) || others.Contains(Owner(name) + ".weight")).Select(Owner).Distinct().ToList();
        var biases = others.Where(name => IsBias(name) && !saved.Contains(Owner(name))).ToList();
        return new PeftAdapterConfig
        {
            Rank = rank,
            Alpha = alpha,
            TargetModules = PeftMapping.ToPeftModules(ExactNames.Targets(ranks.Keys, model)),
            ModulesToSave = saved.Count == 0 ? null : [.. ExactNames.Saved(saved, model)],
            Bias = biases.Count == 0 ? "none" : biases.All(name => ranks.ContainsKey(Owner(name))) ? "lora_only" : "all",
            RankPattern = ranks.Where(each => each.Value != rank).ToDictionary(each => ExactNames.PatternKey(each.Key, ranks.Keys), each => each.Value),
        };
    }

    private static bool IsBias(string name) => ModuleTree.Split(name).Name == "bias";
}
