using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>The means of groups of vectors: the pieces of a word make the word.</summary>
internal static class GroupMean
{
    /// <summary>One vector a group, [groups, size].</summary>
    /// <param name="vectors">[places, size].</param>
    /// <param name="places">Which vectors are taken.</param>
    /// <param name="groups">The group of each of them: 0, 1, ... without a gap, in rising order.</param>
    public static Tensor Of(Tensor vectors, long[] places, long[] groups)
    {
        using var scope = NewDisposeScope();
        var shares = new float[groups.Length == 0 ? 0 : groups[^1] + 1];
        foreach (var group in groups) shares[group]++;
        var device = vectors.device;
        var sums = zeros(shares.Length, vectors.shape[1], device: device)
            .index_add(0, tensor(groups, device: device), vectors.index_select(0, tensor(places, device: device)), 1);
        return (sums / tensor(shares, [shares.Length, 1], device: device)).MoveToOuterDisposeScope();
    }
}
