using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>
/// Universal Sentence Encoder Lite (Cer et al. 2018) as its TensorFlow.js weights describe it: pieces of 256 elements, two transformer layers that
/// normalise before they work and widen to 512. A sentence is the mean of its pieces; the tanh layer that follows there is left out.
/// </summary>
internal sealed class SentenceEncoder
{
    private const int LongestText = 128;

    private readonly Tensor _frequencies;

    /// <summary>Reads model.json, its shards and vocab.json from a folder.</summary>
    public SentenceEncoder(string directory)
    {
        Tokenizer = new UnigramTokenizer(Path.Combine(directory, "vocab.json"));
        var weights = new TensorflowJsWeights(directory);
        Pieces = weights.Take("Embeddings_en");
        _frequencies = weights.Take("TimingSignal/ExpandDims_1");
        Widening = (weights.Take("Layer_0", "TransformerLayer/dense/kernel"), weights.Take("Layer_0", "TransformerLayer/dense/bias"));
        Layers = [new(weights, "Layer_0"), new(weights, "Layer_1")];
    }

    /// <summary>What cuts texts into pieces.</summary>
    public UnigramTokenizer Tokenizer { get; }

    /// <summary>The vectors of the pieces, [pieces, 256].</summary>
    public Tensor Pieces { get; }

    /// <summary>What widens the first layer's input to its output's size: x W + b, W [256, 512].</summary>
    public (Tensor Weight, Tensor Bias) Widening { get; }

    /// <summary>The layers, the lowest first.</summary>
    public IReadOnlyList<SentenceEncoderLayer> Layers { get; }

    /// <summary>Elements of the vector of a word or a sentence.</summary>
    public long Size => Widening.Bias.shape[0];

    /// <summary>What a piece's vector counts for in the sum with its place's.</summary>
    public static double PieceWeight => 2;

    /// <summary>What the places of a text add to its pieces, [length, 256].</summary>
    public Tensor Places(int length)
    {
        var angles = arange(0, length, dtype: float32).reshape(-1, 1) * _frequencies;
        return cat([angles.sin(), angles.cos()], 1);
    }

    /// <summary>What sentences and their words mean. The caller owns it.</summary>
    public Lesson Encode(IReadOnlyList<string> sentences)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (rows, input, mask) = Read(sentences);
        var length = (int)input.shape[1];
        List<long> places = [], words = [];
        var (word, wordsOf) = (-1, new int[rows.Length]);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var t = 0; t < rows[row].Length; t++)
            {
                if (t == 0 || rows[row][t].StartsWord) (word, wordsOf[row]) = (word + 1, wordsOf[row] + 1);
                places.Add(row * length + t);
                words.Add(word);
            }
        }

        var hidden = Run(input, mask)[^1].Output;
        var mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min: 1);
        var means = GroupMean.Of(hidden.reshape(-1, Size), [.. places], [.. words]);
        return new(mean.DetachFromDisposeScope(), means.DetachFromDisposeScope(), wordsOf);
    }

    /// <summary>What each layer reads and makes of the pieces of some sentences, [pieces, size] each. The scope of the caller owns it.</summary>
    public IReadOnlyList<LayerStates> States(IReadOnlyList<string> sentences)
    {
        var (rows, input, mask) = Read(sentences);
        var real = tensor(rows.SelectMany((pieces, row) => Enumerable.Range(0, pieces.Length).Select(t => row * input.shape[1] + t)).ToArray());
        Tensor Flat(Tensor states) => states.reshape(-1, states.shape[^1]).index_select(0, real);
        return [.. Run(input, mask).Select(states => new LayerStates(Flat(states.Input), Flat(states.Residual), Flat(states.Attended), Flat(states.Inner), Flat(states.Output)))];
    }

    // The pieces of each sentence, their input vectors, [sentences, length, 256], and which of them are real, [sentences, length, 1].
    private (Piece[][] Rows, Tensor Input, Tensor Mask) Read(IReadOnlyList<string> sentences)
    {
        var rows = sentences.Select(sentence => Tokenizer.Encode(sentence)).Select(all => all.Length > LongestText ? all[..LongestText] : all).ToArray();
        var length = Math.Max(1, rows.Max(row => row.Length));
        var (ids, real) = (new long[rows.Length * length], new float[rows.Length * length]);
        for (var row = 0; row < rows.Length; row++)
            for (var t = 0; t < rows[row].Length; t++)
                (ids[row * length + t], real[row * length + t]) = (rows[row][t].Id, 1);
        var mask = tensor(real, [rows.Length, length, 1]);
        var pieces = Pieces.index_select(0, tensor(ids)).reshape(rows.Length, length, -1) * PieceWeight;
        return (rows, (pieces + Places(length)) * mask, mask);
    }

    private LayerStates[] Run(Tensor input, Tensor mask)
    {
        var bias = ((1 - mask) * -1e9).reshape(mask.shape[0], 1, 1, mask.shape[1]);
        var first = Layers[0].Run(input, matmul(input, Widening.Weight) + Widening.Bias, bias);
        return [first, Layers[1].Run(first.Output, first.Output, bias)];
    }
}
