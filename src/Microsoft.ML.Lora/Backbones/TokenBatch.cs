using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>The rows of one forward pass, padded to the longest of them.</summary>
/// <param name="InputIds">Token ids, int64 [batch, length].</param>
/// <param name="AttentionMask">1 where a token stands and 0 where padding does, int64 [batch, length]; null where nothing is padded.</param>
/// <param name="TokenTypeIds">1 where a token belongs to the second text of a pair, int64 [batch, length]; null where none does.</param>
internal readonly record struct TokenBatch(Tensor InputIds, Tensor? AttentionMask, Tensor? TokenTypeIds = null);
