using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Start;

/// <summary>
/// The teacher's own layers as RoBERTa's, so that what it knows need not be learnt again, and one layer more that gathers the sentence in the first token.
/// </summary>
/// <remarks>
/// The teacher adds to a stream r of any size and normalises what its parts read; RoBERTa normalises the stream itself. With u = norm(r), and what is added to r
/// divided by the deviation of r, RoBERTa's stream is the teacher's but for the difference between a token's deviation and the mean one. The first layer reads
/// x where RoBERTa has norm(x W + b), W [256, 512], of which a linear map gives x back. GELU(k x) / k is all but ReLU(x) for k of <see cref="Sharpness"/>. Of the
/// feed-forward neurons those that change the stream most stay, and what they write is fitted anew so that they do the others' work as well as they can.
/// </remarks>
internal sealed class InheritedWeights(SentenceEncoder teacher, EncoderConfiguration shape, IReadOnlyList<string> tokens, IReadOnlyList<string> sentences, Generator generator)
{
    /// <summary>The deviation of the elements of the word table.</summary>
    public const double TableDeviation = 0.2;

    private const double Sharpness = 3;
    private const double Gathering = 2;

    private readonly Dictionary<string, Tensor> _weights = [];

    /// <summary>The weights that are known, under Hugging Face's names; the caller owns them.</summary>
    /// <param name="scale">The scale of the vectors that the heads shall give.</param>
    public IReadOnlyDictionary<string, Tensor> Make(LessonScale scale)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var states = teacher.States(sentences);
        Embeddings(states[0]);
        for (var layer = 0; layer < states.Count; layer++)
        {
            var (reads, offset) = layer == 0 ? FirstInput(states[0]) : (teacher.Layers[layer].Norm.Scale.diag(), teacher.Layers[layer].Norm.Bias);
            Attention(layer, reads, offset, states[layer]);
            FeedForward(layer, states[layer]);
        }

        Gather(states.Count, states[^1].Output, scale);
        Words(states[^1].Output, scale);
        foreach (var weight in _weights.Values) weight.MoveToOuterDisposeScope();
        return _weights;
    }

    // x 2 E W of the tokens, t W of the places and b, all as small as the table shall be: their sum is normalised anyway.
    private void Embeddings(LayerStates first)
    {
        var share = TableDeviation / Deviation(first.Residual).mean();
        var (widen, bias) = teacher.Widening;
        var table = matmul(TokenTable.Of(tokens, teacher) * SentenceEncoder.PieceWeight, widen) * share;
        var known = (table.abs().sum(1, keepdim: true) > 0).to(float32);
        var others = matmul(Ignored(first), widen) * share + empty_like(table).normal_(0, TableDeviation / 4, generator);
        _weights.Add("roberta.embeddings.word_embeddings.weight", table + (1 - known) * others);
        var places = matmul(teacher.Places(shape.MaxPositions - shape.FirstPosition - 1), widen) * share;
        _weights.Add("roberta.embeddings.position_embeddings.weight", cat([zeros(shape.FirstPosition, teacher.Size), places.narrow(0, 0, 1), places], 0));
        _weights.Add("roberta.embeddings.token_type_embeddings.weight", (bias * share).unsqueeze(0));
    }

    // norm(x) as a linear map of u = norm(x W + b): with C that takes means away, x = (r C - b C) (W C)^-1.
    private (Tensor Reads, Tensor Offset) FirstInput(LayerStates first)
    {
        var (widen, bias) = teacher.Widening;
        var (scale, shift) = teacher.Layers[0].Norm;
        var back = Centred(PseudoInverse(Centred(widen))) * scale;
        var narrow = Deviation(first.Input);
        var ratio = (Deviation(first.Residual) / narrow).mean();
        return (back * ratio, shift - matmul(Centred(bias), back) * narrow.reciprocal().mean());
    }

    // An input, [256], whose key the first layer's queries like least: what the teacher has no vectors for shall not disturb.
    private Tensor Ignored(LayerStates first)
    {
        var ((scale, shift), (projections, bias)) = (teacher.Layers[0].Norm, teacher.Layers[0].Projections);
        var size = projections.shape[1] / 3;
        var read = Centred(first.Input) / Deviation(first.Input) * scale + shift;
        var query = (matmul(read, projections.narrow(1, 0, size)) + bias.narrow(0, 0, size)).mean([0]);
        var least = -matmul(projections.narrow(1, size, size), query) * scale;
        return Centred(least) / Deviation(least) * Deviation(first.Input).mean();
    }

    private void Attention(int layer, Tensor reads, Tensor offset, LayerStates states)
    {
        var (projections, projectionBias) = teacher.Layers[layer].Projections;
        var (output, outputBias) = teacher.Layers[layer].Output;
        var size = projections.shape[1] / 3;
        var self = $"roberta.encoder.layer.{layer}.attention.self";
        foreach (var (part, name) in new[] { "query", "key", "value" }.Select((name, part) => (part, name)))
        {
            // Scores are divided by the square root of a head's size, which is RoBERTa's now.
            var factor = name == "query" ? Math.Sqrt((double)shape.HiddenSize / size) : 1;
            var (weight, bias) = (projections.narrow(1, part * size, size), projectionBias.narrow(0, part * size, size));
            _weights.Add($"{self}.{name}.weight", Heads(matmul(reads, weight).t() * factor));
            _weights.Add($"{self}.{name}.bias", Heads((matmul(offset, weight) + bias).unsqueeze(1) * factor).squeeze(1));
        }

        var share = Deviation(states.Residual).reciprocal().mean();
        _weights.Add($"roberta.encoder.layer.{layer}.attention.output.dense.weight", Heads(output).t() * share);
        _weights.Add($"roberta.encoder.layer.{layer}.attention.output.dense.bias", outputBias * share);
    }

    private void FeedForward(int layer, LayerStates states)
    {
        var (scale, shift) = teacher.Layers[layer].ForwardNorm;
        var ((up, upBias), (down, downBias)) = (teacher.Layers[layer].Up, teacher.Layers[layer].Down);
        var means = states.Inner.mean([0]);
        var inner = states.Inner - means;
        var kept = (inner.square().mean([0]) * down.square().sum(1)).argsort(0, descending: true).narrow(0, 0, shape.IntermediateSize);
        var refit = matmul(PseudoInverse(inner.index_select(1, kept)), matmul(inner, down));
        var constant = matmul(means, down) - matmul(means.index_select(0, kept), refit);
        var share = Deviation(states.Attended).reciprocal().mean();
        var name = $"roberta.encoder.layer.{layer}";
        _weights.Add($"{name}.intermediate.dense.weight", (scale.unsqueeze(1) * up).index_select(1, kept).t() * Sharpness);
        _weights.Add($"{name}.intermediate.dense.bias", (matmul(shift, up) + upBias).index_select(0, kept) * Sharpness);
        _weights.Add($"{name}.output.dense.weight", refit.t() * (share / Sharpness));
        _weights.Add($"{name}.output.dense.bias", (downBias + constant) * share);
    }

    // Attention to all tokens alike, a feed-forward part that adds nothing yet, and so, after normalisation, the scaled vector of the sentence.
    private void Gather(int layer, Tensor below, LessonScale scale)
    {
        var name = $"roberta.encoder.layer.{layer}";
        var (mean, deviation) = scale.Sentences;
        _weights.Add($"{name}.attention.self.query.weight", zeros(shape.HiddenSize, shape.HiddenSize));
        _weights.Add($"{name}.attention.self.value.weight", eye(shape.HiddenSize));
        _weights.Add($"{name}.attention.output.dense.weight", (Gathering * Deviation(below).mean() / deviation).diag());
        _weights.Add($"{name}.attention.output.dense.bias", Gathering * (below.mean() - mean) / deviation);
        _weights.Add($"{name}.output.dense.weight", zeros(shape.HiddenSize, shape.IntermediateSize));
    }

    // The head that gives the scaled vectors of words.
    private void Words(Tensor stream, LessonScale scale)
    {
        var (mean, deviation) = scale.Words;
        _weights.Add("words.weight", (Deviation(stream).mean() / deviation).diag());
        _weights.Add("words.bias", (stream.mean() - mean) / deviation);
    }

    // Rows, head by head, with zeros after each until a head has RoBERTa's size.
    private Tensor Heads(Tensor rows)
    {
        var (size, columns) = (rows.shape[0] / shape.Heads, rows.shape[1]);
        var wide = shape.HiddenSize / shape.Heads;
        return cat([rows.reshape(shape.Heads, size, columns), zeros(shape.Heads, wide - size, columns)], 1).reshape(shape.HiddenSize, columns);
    }

    private static Tensor Centred(Tensor rows) => rows - rows.mean([-1], keepdim: true);

    private static Tensor Deviation(Tensor rows) => Centred(rows).square().mean([-1], keepdim: true).sqrt();

    private static Tensor PseudoInverse(Tensor matrix)
    {
        var (u, s, vh) = linalg.svd(matrix, fullMatrices: false);
        return matmul(vh.t() / s.clamp(min: s[0].item<float>() * 1e-4), u.t());
    }
}
