using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>
/// Universal Sentence Encoder Lite (Cer et al. 2018) as its TensorFlow.js weights describe it: pieces of 256 elements, two transformer layers that
/// normalise before they work and widen to 512. A sentence is the mean of its pieces; the tanh layer that follows there is left out.
/// </summary>
internal sealed class SentenceEncoder
{
    private const int LongestText = 128;
    private const int Heads = 4;
    private const double Epsilon = 1e-6;

    private readonly UnigramTokenizer _tokenizer;
    private readonly Tensor _frequencies;
    private readonly Layer[] _layers;
    private readonly Tensor _widen, _widenBias;

    /// <summary>Reads model.json, its shards and vocab.json from a folder.</summary>
    public SentenceEncoder(string directory)
    {
        _tokenizer = new UnigramTokenizer(Path.Combine(directory, "vocab.json"));
        var weights = new TensorflowJsWeights(directory);
        Pieces = weights.Take("Embeddings_en");
        _frequencies = weights.Take("TimingSignal/ExpandDims_1");
        (_widen, _widenBias) = (weights.Take("Layer_0", "TransformerLayer/dense/kernel"), weights.Take("Layer_0", "TransformerLayer/dense/bias"));
        _layers = [new(weights, "Layer_0"), new(weights, "Layer_1")];
    }

    /// <summary>The vectors of the pieces, [pieces, 256].</summary>
    public Tensor Pieces { get; }

    /// <summary>Elements of the vector of a word or a sentence.</summary>
    public long Size => _widenBias.shape[0];

    /// <summary>The pieces of a text that begins a word, or goes on within one.</summary>
    public int[] PiecesOf(string text, bool startsWord) => [.. _tokenizer.Encode(text, startsWord).Select(piece => piece.Id)];

    /// <summary>What sentences and their words mean. The caller owns it.</summary>
    public Lesson Encode(IReadOnlyList<string> sentences)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var pieces = sentences.Select(sentence => _tokenizer.Encode(sentence)).Select(all => all.Length > LongestText ? all[..LongestText] : all).ToArray();
        var (rows, length) = (pieces.Length, Math.Max(1, pieces.Max(all => all.Length)));
        var (ids, real) = (new long[rows * length], new float[rows * length]);
        List<long> places = [], words = [];
        var (word, wordsOf) = (-1, new int[rows]);
        for (var row = 0; row < rows; row++)
        {
            for (var t = 0; t < pieces[row].Length; t++)
            {
                (ids[row * length + t], real[row * length + t]) = (pieces[row][t].Id, 1);
                if (t == 0 || pieces[row][t].StartsWord) (word, wordsOf[row]) = (word + 1, wordsOf[row] + 1);
                places.Add(row * length + t);
                words.Add(word);
            }
        }

        var mask = tensor(real, [rows, length, 1]);
        var input = Pieces.index_select(0, tensor(ids)).reshape(rows, length, -1) * 2;
        var angles = arange(0, length, dtype: float32).reshape(-1, 1) * _frequencies;
        input = (input + cat([angles.sin(), angles.cos()], 1)) * mask;

        var bias = ((1 - mask) * -1e9).reshape(rows, 1, 1, length);
        var hidden = _layers[0].Forward(input, matmul(input, _widen) + _widenBias, bias);
        hidden = _layers[1].Forward(hidden, hidden, bias);
        var mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min: 1);
        var means = GroupMean.Of(hidden.reshape(-1, Size), [.. places], [.. words]);
        return new(mean.DetachFromDisposeScope(), means.DetachFromDisposeScope(), wordsOf);
    }

    /// <summary>y = r + attention(norm(x)), z = y + feedForward(norm(y)), where r is x or, in the first layer, x widened.</summary>
    private sealed class Layer(TensorflowJsWeights weights, string name)
    {
        private readonly (Tensor Scale, Tensor Bias) _norm = (weights.Take(name, "TransformerLayer/layer_prepostprocess/layer_norm/layer_norm_scale"), weights.Take(name, "TransformerLayer/layer_prepostprocess/layer_norm/layer_norm_bias"));
        private readonly (Tensor Weight, Tensor Bias) _projections = (weights.Take(name, "qkv_transform_single/kernel"), weights.Take(name, "qkv_transform_single/bias"));
        private readonly (Tensor Weight, Tensor Bias) _output = (weights.Take(name, "output_transform_single/kernel"), weights.Take(name, "output_transform_single/bias"));
        private readonly (Tensor Scale, Tensor Bias) _forwardNorm = (weights.Take(name, "FFN/layer_prepostprocess/layer_norm/layer_norm_scale"), weights.Take(name, "FFN/layer_prepostprocess/layer_norm/layer_norm_bias"));
        private readonly (Tensor Weight, Tensor Bias) _rise = (weights.Take(name, "FFN/conv1/Tensordot/Reshape_1"), weights.Take(name, "FFN/conv1/bias"));
        private readonly (Tensor Weight, Tensor Bias) _fall = (weights.Take(name, "FFN/conv2/Tensordot/Reshape_1"), weights.Take(name, "FFN/conv2/bias"));

        public Tensor Forward(Tensor input, Tensor residual, Tensor bias)
        {
            var attended = residual + Apply(_output, Attend(Apply(_projections, Norm(_norm, input)), bias));
            return attended + Apply(_fall, functional.relu(Apply(_rise, Norm(_forwardNorm, attended))));
        }

        private static Tensor Attend(Tensor projections, Tensor bias)
        {
            var (rows, length, size) = (projections.shape[0], projections.shape[1], projections.shape[2] / 3);
            Tensor Split(int part) => projections.narrow(2, part * size, size).reshape(rows, length, Heads, size / Heads).transpose(1, 2);
            var scores = matmul(Split(0) / Math.Sqrt((double)size / Heads), Split(1).transpose(2, 3)) + bias;
            return matmul(functional.softmax(scores, -1), Split(2)).transpose(1, 2).reshape(rows, length, size);
        }

        private static Tensor Apply((Tensor Weight, Tensor Bias) layer, Tensor input) => matmul(input, layer.Weight) + layer.Bias;

        private static Tensor Norm((Tensor Scale, Tensor Bias) norm, Tensor input) => functional.layer_norm(input, [input.shape[^1]], norm.Scale, norm.Bias, Epsilon);
    }
}
