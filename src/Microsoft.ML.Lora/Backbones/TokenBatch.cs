using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>
/// The rows of one forward pass. They stand side by side, [batch, length], padded to the longest where a mask says so; or packed, one after the
/// other without padding, [tokens], where <paramref name="Lengths"/> says how long each is.
/// </summary>
/// <param name="InputIds">Token ids, int64 [batch, length] or [tokens].</param>
/// <param name="AttentionMask">1 where a token stands and 0 where padding does, int64 [batch, length]; null where nothing is padded.</param>
/// <param name="TokenTypeIds">1 where a token belongs to the second text of a pair, int64 and shaped as the ids; null where none does.</param>
/// <param name="Lengths">The tokens of each row of a packed batch; null for rows side by side.</param>
internal readonly record struct TokenBatch(
    Tensor InputIds, Tensor? AttentionMask, Tensor? TokenTypeIds = null, IReadOnlyList<int>? Lengths = null);
