using Microsoft.ML.Lora.Backbones;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>A classifier for one row at a time, in double precision over arrays: slow, plain, and independent of the library's own code.</summary>
internal sealed class ReferenceEncoder
{
    private readonly EncoderConfiguration _configuration;
    private readonly Dictionary<string, (double[] Values, int Columns)> _weights;
    private readonly ReferenceNames _names;

    public ReferenceEncoder(SequenceClassifier model, ReferenceNames names)
    {
        _names = names;
        _configuration = model.Configuration;
        _weights = model.named_parameters().ToDictionary(
            p => p.name,
            p => (p.parameter.data<float>().ToArray().Select(value => (double)value).ToArray(), (int)p.parameter.shape[^1]));
    }

    /// <param name="ids">The row's tokens.</param>
    /// <param name="secondStart">Where the second text of a pair begins.</param>
    public double[] Logits(int[] ids, int secondStart)
    {
        var embeddings = _names.Encoder + ".embeddings";
        var hidden = ids.Select((id, i) =>
        {
            var sum = Sum(Row(embeddings + ".word_embeddings", id), Row(embeddings + ".position_embeddings", i + _names.FirstPosition));
            if (_configuration.TokenTypes > 0) sum = Sum(sum, Row(embeddings + ".token_type_embeddings", _configuration.TokenTypes > 1 && i >= secondStart ? 1 : 0));
            return Norm(embeddings + ".LayerNorm", sum);
        }).ToArray();
        for (var layer = 0; layer < _configuration.Layers; layer++) hidden = Layer($"{_names.Encoder}.{_names.Layers}.{layer}", hidden);
        return _names.Head(hidden[0], Linear);
    }

    private double[][] Layer(string name, double[][] hidden)
    {
        var query = hidden.Select(x => Linear($"{name}.{_names.Query}", x)).ToArray();
        var key = hidden.Select(x => Linear($"{name}.{_names.Key}", x)).ToArray();
        var value = hidden.Select(x => Linear($"{name}.{_names.Value}", x)).ToArray();
        var size = _configuration.HiddenSize / _configuration.Heads;
        return [.. hidden.Select((x, t) =>
        {
            var context = new double[_configuration.HiddenSize];
            for (var head = 0; head < _configuration.Heads; head++)
            {
                var from = head * size;
                var scores = key.Select(k => Enumerable.Range(from, size).Sum(i => query[t][i] * k[i]) / Math.Sqrt(size)).ToArray();
                var exponents = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                for (var i = from; i < from + size; i++)
                    context[i] = value.Select((v, j) => v[i] * exponents[j] / exponents.Sum()).Sum();
            }

            var attended = Norm($"{name}.{_names.AttentionNorm}", Sum(x, Linear($"{name}.{_names.AttentionOutput}", context)));
            var expanded = Linear($"{name}.{_names.Up}", attended).Select(Gelu).ToArray();
            return Norm($"{name}.{_names.OutputNorm}", Sum(attended, Linear($"{name}.{_names.Down}", expanded)));
        })];
    }

    private double[] Row(string name, int row)
    {
        var (values, columns) = _weights[name + ".weight"];
        return values[(row * columns)..((row + 1) * columns)];
    }

    private double[] Linear(string name, double[] input)
    {
        var bias = _weights[name + ".bias"].Values;
        return [.. bias.Select((b, row) => b + Row(name, row).Zip(input, (w, x) => w * x).Sum())];
    }

    private double[] Norm(string name, double[] input)
    {
        var mean = input.Average();
        var deviation = Math.Sqrt(input.Average(x => (x - mean) * (x - mean)) + _configuration.LayerNormEpsilon);
        var (scale, shift) = (_weights[name + ".weight"].Values, _weights[name + ".bias"].Values);
        return [.. input.Select((x, i) => (x - mean) / deviation * scale[i] + shift[i])];
    }

    private static double[] Sum(params double[][] vectors) =>
        [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Sum(vector => vector[i]))];

    private static double Gelu(double x) => x / 2 * (1 + Erf(x / Math.Sqrt(2)));

    // The series of the error function; it converges for all x, quickly for those that occur here.
    private static double Erf(double x)
    {
        var (sum, term) = (0.0, x);
        for (var n = 0; Math.Abs(term) > 1e-17 && n < 500; n++)
        {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
