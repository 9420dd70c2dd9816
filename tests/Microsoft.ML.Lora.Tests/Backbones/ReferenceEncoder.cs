using Microsoft.ML.Lora.Backbones;

namespace Microsoft.ML.Lora.Tests.Backbones;

/// <summary>RoBERTa for one row at a time, in double precision over arrays: slow, plain, and independent of the library's own code.</summary>
internal sealed class ReferenceEncoder
{
    private readonly EncoderConfiguration _configuration;
    private readonly Dictionary<string, (double[] Values, int Columns)> _weights;

    public ReferenceEncoder(SequenceClassifier model)
    {
        _configuration = model.Configuration;
        _weights = model.named_parameters().ToDictionary(
            p => p.name,
            p => (p.parameter.data<float>().ToArray().Select(value => (double)value).ToArray(), (int)p.parameter.shape[^1]));
    }

    public double[] Logits(int[] ids)
    {
        var hidden = ids.Select((id, i) => Norm("roberta.embeddings.LayerNorm", Sum(
            Row("roberta.embeddings.word_embeddings", id),
            Row("roberta.embeddings.position_embeddings", i + _configuration.PadTokenId + 1),
            Row("roberta.embeddings.token_type_embeddings", 0)))).ToArray();
        for (var layer = 0; layer < _configuration.Layers; layer++) hidden = Layer($"roberta.encoder.layer.{layer}", hidden);
        var features = Linear("classifier.dense", hidden[0]).Select(Math.Tanh).ToArray();
        return Linear("classifier.out_proj", features);
    }

    private double[][] Layer(string name, double[][] hidden)
    {
        var query = hidden.Select(x => Linear($"{name}.attention.self.query", x)).ToArray();
        var key = hidden.Select(x => Linear($"{name}.attention.self.key", x)).ToArray();
        var value = hidden.Select(x => Linear($"{name}.attention.self.value", x)).ToArray();
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

            var attended = Norm($"{name}.attention.output.LayerNorm", Sum(x, Linear($"{name}.attention.output.dense", context)));
            var expanded = Linear($"{name}.intermediate.dense", attended).Select(Gelu).ToArray();
            return Norm($"{name}.output.LayerNorm", Sum(attended, Linear($"{name}.output.dense", expanded)));
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
