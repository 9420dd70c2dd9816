using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Heads: an adapter's own copy of the modules to save may tell apart another number of classes than the base's.</content>
public sealed partial class LoraModel
{
    private const double HeadStandardDeviation = 0.02;

    /// <summary>
    /// The rows of the model's output layer in an adapter's copy: how many classes its head tells apart. Null where the output layer is
    /// none of its modules to save.
    /// </summary>
    public long? ClassesOf(string adapter) => OutputWeight(Find(adapter)) is { } path ? _trained.Value(adapter, path).shape[0] : null;

    /// <summary>
    /// The path of the model's output layer where an adapter has a copy of it, otherwise null. That copy may have another number of rows
    /// than the base's.
    /// </summary>
    internal string? OutputLayerOf(string adapter) => OutputWeight(Find(adapter)) is { } path ? ModuleTree.Split(path).Owner : null;

    // As Hugging Face starts a new head: weights normal(0, 0.02), biases 0.
    private void StartHead(NamedAdapter adapter, int classes, Generator generator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var path = OutputWeight(adapter) ?? throw new ArgumentException(
            $"The adapter \"{adapter.Name}\" saves no head that could have {classes} classes; name it in {nameof(LoraConfig.ModulesToSave)}.", nameof(classes));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var columns = _trained.Value(adapter.Name, path).shape[1];
        _trained.Set(adapter.Name, path, empty(classes, columns, dtype: ScalarType.Float32).normal_(0, HeadStandardDeviation, generator));
        var bias = ModuleTree.Split(path).Owner + ".bias";
        if (_trained.PathsOf(adapter.Name).Contains(bias)) _trained.Set(adapter.Name, bias, zeros(classes));
    }

    // The last matrix of the model; in another place, other rows would not fit what follows.
    private string? OutputWeight(NamedAdapter adapter)
    {
        var last = ModuleTree.Parameters(_model).LastOrDefault(each => each.Parameter.dim() == 2).Path;
        return adapter.Units.Any(unit => unit.Kind == TrainedKind.Saved && unit.Parameters.Contains(last)) ? last : null;
    }
}
