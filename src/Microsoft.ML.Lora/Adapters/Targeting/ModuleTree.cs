using Microsoft.ML.Lora.Adapters.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>
/// A model's modules and parameters as they are without adapters: a low-rank layer counts as the module whose place it took, so that paths
/// stay what they were.
/// </summary>
internal static class ModuleTree
{
    /// <summary>Every module but the model itself, each before those within it.</summary>
    public static IEnumerable<(string Path, nn.Module Module)> Modules(nn.Module model)
    {
        foreach (var (name, child) in model.named_children())
        {
            var plain = Plain(child);
            yield return (name, plain);
            foreach (var (path, module) in Modules(plain)) yield return ($"{name}.{path}", module);
        }
    }

    /// <summary>Every parameter, with the path that it has without adapters; the first one where it has several.</summary>
    public static IEnumerable<(string Path, Parameter Parameter)> Parameters(nn.Module model) =>
        Places(model).DistinctBy(each => each.Parameter.Handle);

    /// <summary>Every path at which the model without adapters has a parameter.</summary>
    public static IEnumerable<(string Path, Parameter Parameter)> Places(nn.Module model)
    {
        foreach (var (prefix, module) in Modules(model).Prepend(("", model)))
            foreach (var (name, parameter) in module.named_parameters(recurse: false))
                yield return (prefix.Length == 0 ? name : $"{prefix}.{name}", parameter);
    }

    /// <summary>The module at a path; the model itself for the empty one.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static nn.Module Find(nn.Module model, string path)
    {
        var module = model;
        if (path.Length == 0) return module;
        foreach (var name in path.Split('.'))
            module = Plain(module.named_children().FirstOrDefault(child => child.name == name).module
                ?? throw new ArgumentException($"The model has no module {path}.", nameof(path)));
        return module;
    }

    /// <summary>The parameter at a path, or null.</summary>
    public static Parameter? FindParameter(nn.Module model, string path)
    {
        var (owner, name) = Split(path);
        return Find(model, owner).get_parameter(name);
    }

    /// <summary>The path of a module's or parameter's owner, and its own name.</summary>
    public static (string Owner, string Name) Split(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
    }

    private static nn.Module Plain(nn.Module module) => module is LoraLayer layer ? layer.BaseLayer : module;
}
