using TorchSharp.Modules;

namespace Microsoft.ML.Lora.Adapters.Methods;

/// <summary>Parameters that an optimizer treats alike.</summary>
/// <param name="Name">What the group is.</param>
/// <param name="Parameters">The parameters.</param>
/// <param name="LearningRateFactor">The learning rate is multiplied by this.</param>
/// <param name="Decays">Whether weight decay applies.</param>
public sealed record ParameterGroup(string Name, IReadOnlyList<Parameter> Parameters, double LearningRateFactor = 1, bool Decays = true)
{
    /// <summary>Matrices, which decay, and vectors (biases, normalisations), which do not.</summary>
    public static IReadOnlyList<ParameterGroup> ByShape(IEnumerable<(string Name, Parameter Parameter)> parameters) =>
    [
        .. parameters.Select(each => each.Parameter).GroupBy(parameter => parameter.dim() > 1).OrderByDescending(group => group.Key)
            .Select(group => new ParameterGroup(group.Key ? "matrices" : "vectors", [.. group], Decays: group.Key)),
    ];
}
