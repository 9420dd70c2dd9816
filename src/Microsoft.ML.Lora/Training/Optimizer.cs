using Microsoft.ML.Lora.Adapters.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019) over the trained parameters, with gradient clipping.</summary>
internal sealed class Optimizer : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly double[] _factors;
    private readonly AdamW _adamW;
    private readonly double _maxGradientNorm;

    /// <param name="groups">What is trained, with each group's share in the learning rate and whether it decays.</param>
    /// <param name="weightDecay">Decoupled decay of the groups that decay.</param>
    /// <param name="maxGradientNorm">The gradients' joint norm is cut to this; 0 leaves them.</param>
    public Optimizer(IEnumerable<ParameterGroup> groups, double weightDecay, double maxGradientNorm)
    {
        var all = groups.ToList();
        _parameters = [.. all.SelectMany(group => group.Parameters)];
        _factors = [.. all.Select(group => group.LearningRateFactor)];
        _maxGradientNorm = maxGradientNorm;
        AdamW.ParamGroup Group(ParameterGroup group) => new(
            group.Parameters, lr: 0, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: group.Decays ? weightDecay : 0, amsgrad: false, maximize: false);
        _adamW = new AdamW(all.Select(Group), lr: 0, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: weightDecay, amsgrad: false, maximize: false);
    }

    /// <summary>The trained parameters in the order of their groups.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Forgets the gradients of the step before.</summary>
    public void ZeroGradients() => _adamW.zero_grad();

    /// <summary>Moves the parameters against their gradients. To be called within a dispose scope.</summary>
    public void Step(double learningRate)
    {
        if (_maxGradientNorm > 0) TorchSharp.torch.nn.utils.clip_grad_norm_(_parameters, _maxGradientNorm);
        foreach (var (group, factor) in _adamW.ParamGroups.Zip(_factors)) group.LearningRate = learningRate * factor;
        _adamW.step();
    }

    /// <summary>The parameters and their moments by name, and how often each was moved; all but the last stay the optimizer's.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State()
    {
        for (var i = 0; i < _parameters.Length; i++) yield return ($"parameter.{i}", _parameters[i]);
        var states = States();
        for (var i = 0; i < states.Count; i++)
        {
            yield return ($"exp_avg.{i}", states[i].exp_avg!);
            yield return ($"exp_avg_sq.{i}", states[i].exp_avg_sq!);
        }

        yield return ("steps", tensor(states.Select(state => state.step).ToArray()));
    }

    /// <summary>Goes on from a state. To be called within a dispose scope.</summary>
    /// <param name="load">Gives the tensor of a name, which the scope or the caller frees.</param>
    public void Restore(Func<string, Tensor> load)
    {
        using var _ = no_grad();
        for (var i = 0; i < _parameters.Length; i++) _parameters[i].copy_(load($"parameter.{i}"));
        var states = States();
        var steps = load("steps").data<long>().ToArray();
        for (var i = 0; i < states.Count; i++)
        {
            states[i].step = steps[i];
            states[i].exp_avg!.copy_(load($"exp_avg.{i}"));
            states[i].exp_avg_sq!.copy_(load($"exp_avg_sq.{i}"));
        }
    }

    public void Dispose() => _adamW.Dispose();

    private List<AdamW.State> States() => [.. _adamW.state_dict().State.Cast<AdamW.State>()];
}
