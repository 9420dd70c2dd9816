using System.Globalization;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Benchmarks.Common;
using Microsoft.ML.Lora.Text;
using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Mixed;

/// <summary>mixed: one forward pass for rows of several adapters, against switching between them.</summary>
internal static class MixedCommand
{
    public static System.CommandLine.Command Create()
    {
        var (bases, adapters, rows, pairs) = (Arguments.Base(BaseModel.DefaultBundledName), Arguments.Number("--adapters", "How many adapters.", 8),
            Arguments.Number("--rows", "How many rows.", 32), Arguments.Number("--pairs", "How many pairs are timed.", 9));
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("mixed", "Times a batch whose rows use different adapters, against switching adapters.") { bases, adapters, rows, pairs, json };
        command.SetAction(result =>
        {
            var figures = Measure(result.GetRequiredValue(bases), result.GetValue(adapters), result.GetValue(rows), result.GetValue(pairs));
            string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:F1} ms");
            Console.WriteLine($"{figures.Base}: {figures.Rows} rows, {figures.Adapters} adapters; the largest difference of a logit is {figures.LargestDifference:E1}");
            Report.Print(["way", "time", "mixed is faster by"],
            [
                ["row by row", Milliseconds(figures.RowByRowMilliseconds), string.Create(CultureInfo.InvariantCulture, $"{figures.Speedup:F2} x")],
                ["adapter by adapter", Milliseconds(figures.GroupedMilliseconds), string.Create(CultureInfo.InvariantCulture, $"{figures.SpeedupOverGroups:F2} x")],
                ["one mixed pass", Milliseconds(figures.MixedMilliseconds), ""],
            ]);
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    private static MixedFigures Measure(string name, int count, int rows, int pairs)
    {
        using var classifier = Classifiers.Open(name, classes: 2, seed: 1);
        using var generator = new Generator(1);
        using var model = new LoraModel(classifier.Model, classifier.Model.Dropout);
        var names = Enumerable.Range(0, count).Select(i => $"adapter-{i}").ToList();
        var config = new LoraConfig
        {
            TargetModules = [.. classifier.Targets],
            ModulesToSave = classifier.Model.HeadModules,
            Initialization = LoraInitialization.None,
        };
        foreach (var (adapter, i) in names.Select((adapter, i) => (adapter, i))) model.Add(adapter, config, generator, classes: 2 + i % 3);

        // Sentences of 6 to 40 tokens, as SST-2 has them.
        var random = new Random(1);
        var texts = Enumerable.Range(0, rows).Select(_ => Text(random, random.Next(6, 41), classifier.Model.Configuration.VocabularySize)).ToArray();
        var assigned = Enumerable.Range(0, rows).Select(i => names[i % count]).ToArray();
        var collator = new Collator(classifier.Model.Configuration, CPU);

        float[][] Forward(Func<IReadOnlyList<Tensor>> logits)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            return [.. logits().Select(row => row.data<float>().ToArray())];
        }

        float[][] Switched(IEnumerable<int[]> groups)
        {
            var results = new float[rows][];
            foreach (var group in groups)
            {
                model.Activate(assigned[group[0]]);
                var logits = Forward(() =>
                {
                    var batch = classifier.Model.Logits(collator.Batch([.. group.Select(row => texts[row])]));
                    return [.. group.Select((_, i) => batch[i])];
                });
                foreach (var (row, i) in group.Select((row, i) => (row, i))) results[row] = logits[i];
            }

            return results;
        }

        float[][] RowByRow() => Switched(Enumerable.Range(0, rows).Select(row => new[] { row }));
        float[][] ByAdapter() => Switched(Enumerable.Range(0, rows).GroupBy(row => assigned[row]).Select(group => group.ToArray()));
        float[][] Mixed() => Forward(() => model.ForwardMixed(
            assigned, () => classifier.Model.Logits(collator.Batch(texts)), [.. texts.Select(text => (long)text.Ids.Length)]));

        var difference = RowByRow().Zip(Mixed(), (one, mixed) => one.Zip(mixed, (a, b) => Math.Abs(a - b)).Max()).Max();
        var (slow, grouped) = (Pairs.Measure(pairs, () => RowByRow(), () => Mixed()), Pairs.Measure(pairs, () => ByAdapter(), () => Mixed()));
        return new(name, count, rows, slow.First, grouped.First, slow.Second, slow.Ratio, grouped.Ratio, difference);
    }

    private static TokenizedText Text(Random random, int length, int vocabulary) =>
        new([0, .. Enumerable.Range(0, length - 2).Select(_ => random.Next(4, vocabulary)), 2], length, false);
}
