using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Means of the losses since the last report.</summary>
internal sealed class LossMeter
{
    private double _tokenLoss, _vectorLoss, _labelLoss;
    private long _steps, _tokens, _seen;

    public void Add((Tensor Tokens, Tensor Vectors, Tensor Labels) losses, int tokens)
    {
        _tokenLoss += losses.Tokens.item<float>();
        _vectorLoss += losses.Vectors.item<float>();
        _labelLoss += losses.Labels.item<float>();
        (_steps, _tokens, _seen) = (_steps + 1, _tokens + tokens, _seen + tokens);
    }

    /// <summary>The means, and starts anew.</summary>
    public string Text(double seconds)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{_seen / 1e6:F1} M tokens  hidden {_tokenLoss / _steps:F3}  vectors {_vectorLoss / _steps:F4}  labels {_labelLoss / _steps:F3}  {_tokens / seconds:F0} tokens/s");
        (_tokenLoss, _vectorLoss, _labelLoss, _steps, _tokens) = (0, 0, 0, 0, 0);
        return text;
    }
}
