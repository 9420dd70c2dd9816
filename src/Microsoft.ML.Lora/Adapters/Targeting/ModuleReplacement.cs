using System.Collections;
using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>
/// Puts one module in another's place, wherever its parent keeps it: a field, a list, Sequential, ModuleList or ModuleDict.
/// </summary>
internal static class ModuleReplacement
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Replaces the module at <paramref name="path"/>; the parent keeps its order.</summary>
    /// <exception cref="NotSupportedException">The parent keeps the module where the replacement does not fit; nothing is changed
    /// then.</exception>
    public static void Replace(nn.Module model, string path, nn.Module replacement)
    {
        var (owner, name) = ModuleTree.Split(path);
        var parent = ModuleTree.Find(model, owner);
        var current = parent.named_children().First(child => child.name == name).module;
        var places = Places(parent, current).ToList();
        if (places.Count == 0)
            throw new NotSupportedException($"{path}: {parent.GetType().Name} keeps this module where no adapter can take its place; keep it in a field.");
        if (places.FirstOrDefault(place => !place.Type.IsInstanceOfType(replacement)) is { } unfit)
            throw new NotSupportedException(
                $"{path}: {unfit.Name} holds a {unfit.Type.Name}, which cannot be an adapter; declare it as Module<Tensor, Tensor>.");
        foreach (var place in places) place.Set(replacement);
        if (parent is not Sequential) Register(parent, name, replacement);
    }

    // Removing and adding would move the module behind its siblings, and with it the order of the model's parameters.
    private static void Register(nn.Module parent, string name, nn.Module replacement)
    {
        var following = parent.named_children().SkipWhile(child => child.name != name).ToList();
        foreach (var (each, _) in following) parent.register_module(each, null!);
        foreach (var (each, module) in following) parent.register_module(each, each == name ? replacement : module);
    }

    private static IEnumerable<Place> Places(nn.Module parent, nn.Module current)
    {
        for (var type = parent.GetType(); type is not null && type != typeof(nn.Module); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Declared))
            {
                var value = field.GetValue(parent);
                var name = $"the field {type.Name}.{field.Name}";
                if (ReferenceEquals(value, current)) yield return new Place(name, field.FieldType, module => field.SetValue(parent, module));
                else if (value is IList list)
                    foreach (var place in PlacesIn(list, name, current)) yield return place;
                else if (value is IDictionary dictionary)
                    foreach (var place in PlacesIn(dictionary, name, current)) yield return place;
            }
        }
    }

    private static IEnumerable<Place> PlacesIn(IList list, string name, nn.Module current)
    {
        if (ItemType(list).IsPrimitive) yield break;
        for (var i = 0; i < list.Count; i++)
        {
            var at = i;
            if (ReferenceEquals(list[at], current)) yield return new Place(name, ItemType(list), module => list[at] = module);
            else if (list[at] is System.Runtime.CompilerServices.ITuple { Length: 2 } pair && pair[0] is string key && ReferenceEquals(pair[1], current))
                yield return new Place(name, pair.GetType().GenericTypeArguments[1], module => list[at] = Activator.CreateInstance(pair.GetType(), key, module));
        }
    }

    private static IEnumerable<Place> PlacesIn(IDictionary dictionary, string name, nn.Module current) =>
        from key in dictionary.Keys.Cast<object>().ToList()
        where ReferenceEquals(dictionary[key], current)
        select new Place(name, dictionary.GetType().GenericTypeArguments.LastOrDefault() ?? typeof(object), module => dictionary[key] = module);

    private static Type ItemType(IList list) => list.GetType() is { IsArray: true } array
        ? array.GetElementType()! : list.GetType().GenericTypeArguments.FirstOrDefault() ?? typeof(object);

    private sealed record Place(string Name, Type Type, Action<nn.Module> Set);
}
