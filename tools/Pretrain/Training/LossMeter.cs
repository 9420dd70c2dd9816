using System.Globalization;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Means of the losses since the last report.</summary>
internal sealed class LossMeter
{
    private double _tokenLoss, _wordLoss, _sentenceLoss, _labelLoss;
    private long _steps, _tokens, _seen;

    public void Add(PretrainingLosses losses, int tokens)
    {
        _tokenLoss += losses.Tokens.item<float>();
        _wordLoss += losses.Words.item<float>();
        _sentenceLoss += losses.Sentences.item<float>();
        _labelLoss += losses.Labels.item<float>();
        (_steps, _tokens, _seen) = (_steps + 1, _tokens + tokens, _seen + tokens);
    }

    /// <summary>The means, and starts anew.</summary>
    public string Text(double seconds)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{_seen / 1e6:F1} M tokens  hidden {_tokenLoss / _steps:F3}  words {_wordLoss / _steps:F4}  sentences {_sentenceLoss / _steps:F4}  labels {_labelLoss / _steps:F3}  {_tokens / seconds:F0} tokens/s");
        (_tokenLoss, _wordLoss, _sentenceLoss, _labelLoss, _steps, _tokens) = (0, 0, 0, 0, 0, 0);
        return text;
    }
}
