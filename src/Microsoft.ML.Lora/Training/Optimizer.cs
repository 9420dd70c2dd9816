using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019) over the trained parameters, with gradient clipping; one call a step.</summary>
internal sealed class Optimizer : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly AdamW _adamW;
    private readonly double _maxGradientNorm;

    /// <param name="parameters">What is trained.</param>
    /// <param name="weightDecay">Decoupled decay of matrices.</param>
    /// <param name="decayBiases">Whether vectors (biases, normalisations) decay too.</param>
    /// <param name="maxGradientNorm">The gradients' joint norm is cut to this; 0 leaves them.</param>
    public Optimizer(IEnumerable<Parameter> parameters, double weightDecay, bool decayBiases, double maxGradientNorm)
    {
        _parameters = [.. parameters];
        _maxGradientNorm = maxGradientNorm;
        AdamW.ParamGroup Group(IEnumerable<Parameter> members, double decay) =>
            new(members, lr: 0, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: decay, amsgrad: false, maximize: false);
        var groups = _parameters
            .GroupBy(parameter => decayBiases || parameter.dim() > 1 ? weightDecay : 0)
            .Select(group => Group(group, group.Key));
        _adamW = new AdamW(groups, lr: 0, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: weightDecay, amsgrad: false, maximize: false);
    }

    /// <summary>Moves the parameters against the gradient of <paramref name="loss"/>. To be called within a dispose scope.</summary>
    public void Step(Tensor loss, double learningRate)
    {
        _adamW.zero_grad();
        loss.backward();
        if (_maxGradientNorm > 0) TorchSharp.torch.nn.utils.clip_grad_norm_(_parameters, _maxGradientNorm);
        foreach (var group in _adamW.ParamGroups) group.LearningRate = learningRate;
        _adamW.step();
    }

    public void Dispose() => _adamW.Dispose();
}
