using System.Globalization;
using System.Text;
using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Analysis;

/// <summary>Looks at what adapters have learnt, as section 7 of Hu et al. 2021 does.</summary>
public static class AdapterAnalysis
{
    /// <summary>What an adapter does to each weight that it adapts, in the order of the paths.</summary>
    /// <exception cref="ArgumentException">There is no adapter of this name.</exception>
    public static IReadOnlyList<LayerAnalysis> Layers(LoraModel model, string adapter)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.Find(adapter).Targets.Order(StringComparer.Ordinal).Select(path => Layer(model.Layers[path], adapter))];
    }

    /// <summary>How alike the directions are that two adapters take in, for each layer that both adapt.</summary>
    /// <exception cref="ArgumentException">There is no adapter of a name.</exception>
    public static IReadOnlyList<SubspaceSimilarity> Similarity(LoraModel model, string first, string second)
    {
        ArgumentNullException.ThrowIfNull(model);
        var both = model.Find(first).Targets.Intersect(model.Find(second).Targets).Order(StringComparer.Ordinal);
        return [.. both.Select(path => model.Layers[path]).Select(layer => SubspaceSimilarity.Of(layer.Path, A(layer, first), A(layer, second)))];
    }

    /// <summary>The analysis as a table, a line a layer.</summary>
    public static string Table(IEnumerable<LayerAnalysis> layers)
    {
        var lines = layers.ToList();
        var width = lines.Select(line => line.Layer.Length).Append("layer".Length).Max();
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"{"layer".PadRight(width)}  rank    |dW|     |W|  |U'WV|  amplification  singular values of dW");
        foreach (var line in lines)
        {
            table.Append(CultureInfo.InvariantCulture, $"{line.Layer.PadRight(width)}  {line.Rank,4}  {line.DeltaNorm,6:F3}  {line.WeightNorm,6:F2}  ");
            table.Append(CultureInfo.InvariantCulture, $"{line.ProjectedNorm,6:F3}  {line.AmplificationFactor,13:F2}  ");
            table.AppendJoin(' ', line.SingularValues.Select(Short)).AppendLine();
        }

        return table.ToString();
    }

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static Tensor A(LoraLayer layer, string adapter) => layer.Adapters[adapter].A.flatten(1);

    private static LayerAnalysis Layer(LoraLayer layer, string adapter)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weights = layer.Adapters[adapter];
        var weight = layer.BaseMatrix().to(ScalarType.Float64);
        var delta = weights.Variant.Delta(layer, weights, layer.BaseMatrix()).to(ScalarType.Float64);
        var (u, s, vh) = linalg.svd(delta, fullMatrices: false);
        var rank = Math.Min(weights.Rank, s.shape[0]);
        var projected = u.narrow(1, 0, rank).t().matmul(weight).matmul(vh.narrow(0, 0, rank).t());
        double Norm(Tensor matrix) => Math.Sqrt(matrix.pow(2).sum().item<double>());
        return new LayerAnalysis(layer.Path, weights.Rank, Norm(delta), Norm(weight), Norm(projected), s.narrow(0, 0, rank).cpu().data<double>().ToArray());
    }
}
