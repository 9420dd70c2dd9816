using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Mixing;

/// <summary>
/// The forward pass of a low-rank layer when each row has an adapter of its own: the base's output is computed once for all rows. Linear layers
/// then take all adapters at once: with A_1 … A_n and B_1 … B_n stacked, h = f(x) + B (m * (A x)), where m holds an adapter's scaling at its own
/// rows and 0 elsewhere. Other layers, and adapters that are not linear in B A, take one adapter's rows after the other's.
/// </summary>
internal static class RoutedLayer
{
    // Where the stacked product would cost more than this many times the base's, taking the rows adapter by adapter is cheaper.
    private const double MostStackedWork = 1;

    /// <summary>The layer's output; to be called within a dispose scope.</summary>
    public static Tensor Forward(LoraLayer layer, Routing routing, Tensor input)
    {
        var assigned = routing.Assign(ref input);
        var baseOutput = layer.BaseLayer.call(input);
        var adapters = routing.Adapters.Where(layer.Adapters.ContainsKey).ToList();
        if (adapters.Count == 0) return baseOutput;
        if (routing.IsUniform) return layer.Adapted(input, baseOutput, adapters);
        return CanStack(layer, adapters) ? Stacked(layer, routing, adapters, assigned, input, baseOutput) : Grouped(layer, assigned, input, baseOutput);
    }

    private static bool CanStack(LoraLayer layer, List<string> adapters)
    {
        if (layer is not (LoraLinear or LoraTransposedLinear)) return false;
        var weights = adapters.Select(name => layer.Adapters[name]).ToList();
        var (inputs, outputs) = (layer.InputSize, layer.OutputSize);
        return weights.All(each => each.Variant.IsLinear && each.Dropout == 0)
            && weights.Sum(each => (double)each.Rank) * (inputs + outputs) <= MostStackedWork * inputs * outputs;
    }

    private static Tensor Stacked(LoraLayer layer, Routing routing, List<string> adapters, IReadOnlyList<string?> assigned, Tensor input, Tensor baseOutput)
    {
        var factors = adapters.Select(name => (Weights: layer.Adapters[name], Factors: layer.Adapters[name].Factors())).ToList();
        var a = cat([.. factors.Select(each => each.Factors.A)], 0);
        var b = cat([.. factors.Select(each => each.Factors.B)], 1);
        var mask = routing.Mask(assigned, [.. adapters.Zip(factors, (name, each) => new RoutedRanks(name, each.Factors.A.shape[0], each.Weights.Scaling))]).Like(a);
        var low = nn.functional.linear(input.Like(a), a);
        low = low.mul(mask.reshape([mask.shape[0], .. Enumerable.Repeat(1L, (int)low.dim() - 2), mask.shape[1]]));
        if (low.dtype != baseOutput.dtype) return baseOutput.add(nn.functional.linear(low, b).Like(baseOutput));
        return baseOutput.reshape(-1, layer.OutputSize).addmm(low.reshape(-1, b.shape[1]), b.t()).view(baseOutput.shape);
    }

    private static Tensor Grouped(LoraLayer layer, IReadOnlyList<string?> assigned, Tensor input, Tensor baseOutput)
    {
        var result = baseOutput;
        foreach (var (adapter, places) in Routing.Groups(assigned))
        {
            if (adapter is null || !layer.Adapters.TryGetValue(adapter, out var weights)) continue;
            var index = tensor(places).to(input.device);
            var part = weights.Variant.Part(layer, weights, input.index_select(0, index), baseOutput.index_select(0, index));
            result = result.index_add(0, index, part.Like(baseOutput), 1);
        }

        return result;
    }
}
