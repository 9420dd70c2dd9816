using System.Globalization;
using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Benchmarks.Common;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Merged;

/// <summary>merged: the cost of an adapter, folded in and beside the base, against the plain base.</summary>
internal static class MergedCommand
{
    public static System.CommandLine.Command Create()
    {
        var (bases, rows, length, pairs) = (Arguments.Base(BaseModel.DefaultBundledName), Arguments.Number("--rows", "Rows of a batch.", 32),
            Arguments.Number("--length", "Tokens of a row.", 24), Arguments.Number("--pairs", "How many pairs are timed.", 20));
        var json = Arguments.Json();
        var command = new System.CommandLine.Command("merged", "Times a merged and an unmerged adapter against the plain base.") { bases, rows, length, pairs, json };
        command.SetAction(result =>
        {
            var figures = Measure(result.GetRequiredValue(bases), result.GetValue(rows), result.GetValue(length), result.GetValue(pairs));
            Console.WriteLine($"{figures.Base}: {figures.Rows} rows of {figures.Length} tokens");
            Report.Print(["model", "time", "over the plain base"],
            [
                ["plain base", string.Create(CultureInfo.InvariantCulture, $"{figures.PlainMilliseconds:F1} ms"), "1.000"],
                ["merged adapter", "", figures.MergedOverPlain.ToString("F3", CultureInfo.InvariantCulture)],
                ["adapter beside the base", "", figures.UnmergedOverPlain.ToString("F3", CultureInfo.InvariantCulture)],
            ]);
            Report.Write(result.GetValue(json), figures);
        });
        return command;
    }

    private static MergedFigures Measure(string name, int rows, int length, int pairs)
    {
        using var plain = Classifiers.Open(name, classes: 2, seed: 1);
        using var adapted = Classifiers.Open(name, classes: 2, seed: 1);
        using var generator = new Generator(1);
        var config = new LoraConfig { TargetModules = [.. adapted.Targets], ModulesToSave = adapted.Model.HeadModules, Initialization = LoraInitialization.None };
        using var adapter = LoraModel.Inject(adapted.Model, config, adapted.Model.Dropout, generator);
        var random = new Random(1);
        var ids = Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(4, plain.Model.Configuration.VocabularySize)).ToArray();
        using var tokens = tensor(ids, [rows, length]);
        void Score(SequenceClassifier model)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            model.Logits(new TokenBatch(tokens, null));
        }

        var unmerged = Pairs.Measure(pairs, () => Score(adapted.Model), () => Score(plain.Model));
        adapter.Merge();
        var merged = Pairs.Measure(pairs, () => Score(adapted.Model), () => Score(plain.Model));
        return new(name, rows, length, merged.Second, merged.Ratio, unmerged.Ratio);
    }
}
