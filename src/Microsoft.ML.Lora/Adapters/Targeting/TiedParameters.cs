using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Targeting;

/// <summary>Parameters that stand at several paths of a model, as the weight of a language model's embedding and output layer may.</summary>
internal static class TiedParameters
{
    /// <summary>Refuses to change parameters that other modules have too.</summary>
    /// <param name="model">The model.</param>
    /// <param name="paths">The paths of the parameters.</param>
    /// <param name="reason">What cannot be done, for the message.</param>
    /// <exception cref="NotSupportedException">A parameter stands at another path as well.</exception>
    public static void Refuse(nn.Module model, IEnumerable<string> paths, string reason)
    {
        var all = ModuleTree.Places(model).ToList();
        foreach (var path in paths)
        {
            if (Other(all, path, ModuleTree.FindParameter(model, path)!) is { } other)
                throw new NotSupportedException($"{path} and {other} are one parameter: {reason}");
        }
    }

    // TorchSharp has several objects for one tensor, and no member that tells; but what is set on one can be seen on the others.
    private static string? Other(List<(string Path, Parameter Parameter)> all, string path, Parameter parameter)
    {
        var was = parameter.requires_grad;
        var candidates = all.Where(each => each.Path != path && each.Parameter.requires_grad == was).ToList();
        parameter.requires_grad = !was;
        try
        {
            return candidates.FirstOrDefault(each => each.Parameter.requires_grad != was).Path;
        }
        finally
        {
            parameter.requires_grad = was;
        }
    }
}
