using System.Globalization;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Lora.Benchmarks.Steps;

/// <summary>steps: what single speed-ups bring, each against the plain way in turns with it, at RoBERTa-base's shape.</summary>
internal static class StepsCommand
{
    private const int Tokens = 208;

    // Lengths as 16 rows of SST-2's training set have them.
    private static readonly int[] Lengths = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 20, 24, 29, 36];

    public static System.CommandLine.Command Create()
    {
        var (pairs, json) = (Arguments.Number("--pairs", "How many pairs are timed.", 7), Arguments.Json());
        var command = new System.CommandLine.Command("steps", "Times single speed-ups, and what was tried and dropped, against the plain way.") { pairs, json };
        command.SetAction(result =>
        {
            var figures = Measure(result.GetValue(pairs)).ToList();
            string Text(double number) => number.ToString(number < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);
            Report.Print(["step", "plain way, ms", "this way, ms", "this / plain"],
                figures.Select(each => (IReadOnlyList<string>)[each.Step, Text(each.PlainMilliseconds), Text(each.Milliseconds), Text(each.Ratio)]));
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    private static IEnumerable<StepFigure> Measure(int pairs)
    {
        using var generator = new Generator(1);
        using (var classifier = Classifiers.Open(Arguments.RobertaBaseShape, classes: 2, seed: 1))
        {
            var config = new LoraConfig { TargetModules = [.. classifier.Targets], ModulesToSave = classifier.Model.HeadModules };
            using var adapter = LoraModel.Inject(classifier.Model, config, classifier.Model.Dropout, generator);
            foreach (var figure in OfModel(classifier.Model, pairs)) yield return figure;
        }

        foreach (var figure in OfProducts(generator, pairs)) yield return figure;
    }

    private static IEnumerable<StepFigure> OfModel(SequenceClassifier model, int pairs)
    {
        var random = new Random(1);
        TokenizedText Row(int length) => new([.. Enumerable.Range(0, length).Select(_ => random.Next(4, 1000))], length, false);
        var (mixed, even) = (Array.ConvertAll(Lengths, Row), Array.ConvertAll(Lengths, _ => Row(Tokens / Lengths.Length)));
        var collator = new Collator(model.Configuration, CPU);
        void Train(Func<Tensor> outputs)
        {
            using var scope = NewDisposeScope();
            model.Dropout.Start(1, 1);
            outputs().sum().backward();
            model.Dropout.Stop();
        }

        yield return Of("training, rows packed instead of padded", pairs,
            () => Train(() => model.Logits(Padded(mixed, model.Configuration.PadTokenId))), () => Train(() => model.Logits(collator.Batch(mixed))));
        yield return Of("training, 16 rows of one length instead of mixed ones, as many tokens", pairs,
            () => Train(() => model.Logits(collator.Batch(mixed))), () => Train(() => model.Logits(collator.Batch(even))));
        yield return Of("training, last layer for the first tokens alone", pairs,
            () => Train(() => model.Encoder.Encode(collator.Batch(even)).select(1, 0)), () => Train(() => model.Encoder.EncodeFirst(collator.Batch(even))));
    }

    private static IEnumerable<StepFigure> OfProducts(Generator generator, int pairs)
    {
        using var scope = NewDisposeScope();
        Tensor Random(params long[] shape) => empty(shape, dtype: float32).normal_(0, 1, generator);
        var (x, few, gradient, sum) = (Random(Tokens, 768), Random(13, 768), Random(Tokens, 3072), Random(Tokens, 768));
        using var layer = new LinearLayer(new RandomWeights(generator), 768, 3072);
        using var square = new LinearLayer(new RandomWeights(generator), 768, 768);
        using var three = new LinearLayer(new RandomWeights(generator), 768, 2304);
        using var source = new DropoutSource();
        source.Start(1, 1);
        var transposed = layer.Weight.detach().t().contiguous();

        yield return Of("dropout and residual sum", pairs,
            () => sum.add(x * empty_like(x).bernoulli_(0.9, generator).div_(0.9)), () => source.Add(sum, x, 0.1));
        yield return Of("[13, 768] x [768, 3072], in one go", pairs,
            () => functional.linear(few, layer.Weight, layer.Bias), () => layer.call(few));
        yield return Of("dropped: query, key and value as one product", pairs,
            () => { for (var i = 0; i < 3; i++) square.call(x); }, () => three.call(x));
        yield return Of("dropped: weights laid out the other way round, forward", pairs, () => functional.linear(x, layer.Weight), () => x.matmul(transposed));
        yield return Of("dropped: weights laid out the other way round, backward", pairs, () => gradient.matmul(layer.Weight), () => gradient.matmul(transposed.t()));
        var (half, halfWeight) = (x.to_type(ScalarType.BFloat16), layer.Weight.detach().to_type(ScalarType.BFloat16));
        yield return Of("option: [208, 768] x [768, 3072] in bfloat16", pairs, () => functional.linear(x, layer.Weight), () => functional.linear(half, halfWeight));
    }

    private static StepFigure Of(string step, int pairs, Action plain, Action way)
    {
        Action Quiet(Action action) => () =>
        {
            using var scope = NewDisposeScope();
            using var _ = set_grad_enabled(step.StartsWith("training", StringComparison.Ordinal));
            action();
        };
        var measured = Pairs.Measure(pairs, Quiet(way), Quiet(plain));
        return new(step, measured.Second, measured.First, measured.Ratio);
    }

    private static TokenBatch Padded(TokenizedText[] rows, int padTokenId)
    {
        var length = rows.Max(row => row.Ids.Length);
        var ids = rows.SelectMany(row => row.Ids.Select(id => (long)id).Concat(Enumerable.Repeat((long)padTokenId, length - row.Ids.Length))).ToArray();
        var mask = rows.SelectMany(row => Enumerable.Range(0, length).Select(t => t < row.Ids.Length ? 1L : 0L)).ToArray();
        return new TokenBatch(tensor(ids, [rows.Length, length]), tensor(mask, [rows.Length, length]));
    }
}

/// <summary>A way of doing something against the plain one.</summary>
/// <param name="Step">What.</param>
/// <param name="PlainMilliseconds">The plain way, the median.</param>
/// <param name="Milliseconds">This way, the median.</param>
/// <param name="Ratio">This way over the plain one: the median of the pairs.</param>
internal sealed record StepFigure(string Step, double PlainMilliseconds, double Milliseconds, double Ratio);
