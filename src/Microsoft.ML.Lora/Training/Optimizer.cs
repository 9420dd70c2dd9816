using Microsoft.ML.Lora.Adapters.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019) over the trained parameters, with gradient clipping; one call a step.</summary>
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

    /// <summary>Moves the parameters against the gradient of <paramref name="loss"/>. To be called within a dispose scope.</summary>
    public void Step(Tensor loss, double learningRate)
    {
        _adamW.zero_grad();
        loss.backward();
        if (_maxGradientNorm > 0) TorchSharp.torch.nn.utils.clip_grad_norm_(_parameters, _maxGradientNorm);
        foreach (var (group, factor) in _adamW.ParamGroups.Zip(_factors)) group.LearningRate = learningRate * factor;
        _adamW.step();
    }

    public void Dispose() => _adamW.Dispose();
}
