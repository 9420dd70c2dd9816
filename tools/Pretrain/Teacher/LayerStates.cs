using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>What a layer of the teacher reads and makes.</summary>
/// <param name="Input">What its attention reads, before it is normalised.</param>
/// <param name="Residual">What the attention is added to.</param>
/// <param name="Attended">The sum of both.</param>
/// <param name="Inner">The neurons of the feed-forward part.</param>
/// <param name="Output">The sum of Attended and of what the feed-forward part adds.</param>
internal sealed record LayerStates(Tensor Input, Tensor Residual, Tensor Attended, Tensor Inner, Tensor Output);
