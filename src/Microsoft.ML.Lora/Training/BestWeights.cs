using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>A copy of the trained parameters as they were when the validation was best.</summary>
/// <param name="parameters">The parameters, which go on changing.</param>
internal sealed class BestWeights(IReadOnlyList<Parameter> parameters) : IDisposable
{
    private Tensor[] _copies = [];

    /// <summary>Whether there is a copy.</summary>
    public bool Exist => _copies.Length > 0;

    /// <summary>Keeps the parameters as they are now.</summary>
    public void Keep() => Replace(parameters.Select(parameter => (Tensor)parameter));

    /// <summary>Puts the copy back into the parameters.</summary>
    public void PutBack()
    {
        using var _ = no_grad();
        for (var i = 0; i < _copies.Length; i++) parameters[i].copy_(_copies[i]);
    }

    /// <summary>The copy by name; the tensors stay this object's.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State() => _copies.Select((copy, i) => ($"best.{i}", copy));

    /// <summary>Goes on from a state. To be called within a dispose scope.</summary>
    public void Restore(Func<string, Tensor> load) => Replace(Enumerable.Range(0, parameters.Count).Select(i => load($"best.{i}")));

    public void Dispose()
    {
        foreach (var copy in _copies) copy.Dispose();
        _copies = [];
    }

    private void Replace(IEnumerable<Tensor> values)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var copies = values.Select(value => value.detach().clone().DetachFromDisposeScope()).ToArray();
        Dispose();
        _copies = copies;
    }
}
