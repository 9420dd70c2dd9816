using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Adapters.Analysis;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters;

/// <summary>The worked example of docs/adapters.md: it runs, and the page shows just this code.</summary>
[TestClass]
public class DocumentationTests
{
    [TestMethod]
    public void TheExampleRuns()
    {
        using var folder = new TemporaryFolder();
        using var printed = new StringWriter();
        Example(folder.Root, printed);
        var text = printed.ToString();
        StringAssert.Contains(text, "trainable params: 882 || all params: 5,444 || trainable%: 16.2013");
        StringAssert.Contains(text, "first: True, second: True, base: True");
        StringAssert.Contains(text, "hidden.0");
        Assert.IsTrue(File.Exists(Path.Combine(folder.Root, "second", "adapter_model.safetensors")));
    }

    [TestMethod]
    public void ThePageShowsThisCode()
    {
        var code = Trimmed(Repository.Require("tests", "Microsoft.ML.Lora.Tests", "Adapters", "DocumentationTests.cs"));
        var page = Trimmed(Repository.Require("docs", "adapters.md"));
        var blocks = page.Split("```csharp\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.IsGreaterThan(5, blocks.Count);
        foreach (var block in blocks) Assert.IsTrue(code.Contains(block, StringComparison.Ordinal), $"docs/adapters.md has code that is not in this test:\n{block}");
    }

    // Without indentation and blank lines.
    private static string Trimmed(string path) =>
        string.Concat(File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).Select(line => line + "\n"));

    private static void Example(string folder, TextWriter output)
    {
        using var numbers = new Generator(1);
        using var rows = rand([512, 20], generator: numbers);
        using var first = rows.sum(1).gt(10).to(ScalarType.Int64);
        using var second = rows.narrow(1, 0, 10).sum(1).gt(5).to(ScalarType.Int64);

        using var model = nn.Sequential(("hidden", nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 48), nn.ReLU())), ("output", nn.Linear(48, 2)));
        using var random = new Generator(1);
        using var adapters = new LoraModel(model);
        adapters.Add("first", new LoraConfig
        {
            Rank = 4,
            Alpha = 8,
            TargetModules = ["hidden.0", "hidden.2"],
            ModulesToSave = ["output"],
        }, random);
        output.WriteLine(adapters.Summary());

        void Train(Tensor labels)
        {
            var groups = adapters.ParameterGroups().Select(group => new AdamW.ParamGroup(
                group.Parameters, lr: 0.01 * group.LearningRateFactor, beta1: 0.9, beta2: 0.999, weight_decay: group.Decays ? 0.01 : 0));
            using var optimizer = new AdamW(groups, lr: 0.01);
            for (var step = 0; step < 60; step++)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                nn.functional.cross_entropy(model.call(rows), labels).backward();
                optimizer.step();
            }
        }

        Train(first);

        adapters.Add("second", adapters.ConfigOf("first") with { Rank = 2, UseDora = true }, random);
        adapters.Activate("second");
        Train(second);
        adapters.Save("second", Path.Combine(folder, "second"));

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        adapters.Activate("first");
        var alone = model.call(rows)[0];
        using (adapters.Disable())
        {
            output.WriteLine($"the base model: {model.call(rows)[0]}");
        }

        var three = rows.narrow(0, 0, 3);
        var mixed = adapters.ForwardMixed(["first", "second", null], () => model.call(three));

        adapters.Activate("second");
        var other = model.call(three)[1];
        adapters.Activate();
        var none = model.call(three)[2];
        bool Near(Tensor a, Tensor b) => (a - b).abs().max().item<float>() < 1e-5;
        output.WriteLine($"first: {Near(alone, mixed[0])}, second: {Near(other, mixed[1])}, base: {Near(none, mixed[2])}");

        adapters.Load("again", Path.Combine(folder, "second"));
        adapters.Delete("again");

        adapters.Add("third", adapters.ConfigOf("first") with { ModulesToSave = [] }, random);
        adapters.Combine("blend", [("first", 0.7), ("third", 0.3)], CombinationKind.Concatenated);

        output.WriteLine(AdapterAnalysis.Table(AdapterAnalysis.Layers(adapters, "first")));

        adapters.Activate("first");
        adapters.Merge();
        adapters.Unmerge();
        var plain = adapters.MergeAndUnload();
        output.WriteLine(plain == model);
    }
}
