using System.Reflection;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>Walks a model's modules by path, and puts one in another's place.</summary>
internal static class ModuleTree
{
    /// <summary>The module at <paramref name="path"/> with its parent.</summary>
    public static (nn.Module Parent, string Name) Locate(nn.Module root, string path)
    {
        var parent = root;
        var names = path.Split('.');
        foreach (var name in names[..^1])
            parent = parent.named_children().First(child => child.name == name).module;
        return (parent, names[^1]);
    }

    /// <summary>Registers <paramref name="replacement"/> at <paramref name="path"/> and points the parent's field at it.</summary>
    /// <exception cref="NotSupportedException">The parent keeps the module in a field that cannot hold the replacement.</exception>
    public static void Replace(nn.Module root, string path, nn.Module replacement)
    {
        var (parent, name) = Locate(root, path);
        var current = parent.named_children().First(child => child.name == name).module;
        const BindingFlags instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var field = parent.GetType().GetFields(instance).FirstOrDefault(field => ReferenceEquals(field.GetValue(parent), current))
            ?? throw new NotSupportedException($"{path}: {parent.GetType().Name} keeps this module where no adapter can take its place; keep it in a field.");
        if (!field.FieldType.IsInstanceOfType(replacement))
            throw new NotSupportedException(
                $"{path}: the field {parent.GetType().Name}.{field.Name} is of type {field.FieldType.Name}, which cannot hold an adapter; declare it as Module<Tensor, Tensor>.");
        field.SetValue(parent, replacement);
        parent.register_module(name, null!);
        parent.register_module(name, replacement);
    }
}
