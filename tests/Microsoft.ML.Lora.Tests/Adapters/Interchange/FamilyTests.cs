using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Adapters.Interchange;

/// <summary>Adapters of the other families of encoders have the names that PEFT gives them.</summary>
[TestClass]
public class FamilyTests
{
    [TestMethod]
    [DataRow("bert", "bert.encoder.layer.1.attention.self.query", "classifier.bias classifier.weight")]
    [DataRow("distilbert", "distilbert.transformer.layer.1.attention.q_lin", "classifier.bias classifier.weight pre_classifier.bias pre_classifier.weight")]
    [DataRow("roberta", "roberta.encoder.layer.1.attention.self.query", "classifier.dense.bias classifier.dense.weight classifier.out_proj.bias classifier.out_proj.weight")]
    public void NamesAreThoseOfPeftAndADirectoryComesBackAsItWas(string modelType, string query, string head)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(1);
        var weights = new RandomWeights(generator);
        var family = EncoderFamily.Of(modelType)!;
        var configuration = Tiny.Configuration with { ModelType = modelType };
        using var model = family.CreateClassifier(weights, weights, configuration, 3);
        using var adapters = new LoraModel(model, model.Dropout);
        adapters.Add("a", new LoraConfig { Rank = 2, TargetModules = [.. family.DefaultTargets], ModulesToSave = model.HeadModules }, generator, classes: 4);
        Tiny.Disturb(adapters);
        var names = PeftMapping.Tensors(adapters).Select(each => each.Name.Replace(PeftKeys.Prefix, "")).ToList();
        CollectionAssert.Contains(names, query + ".lora_A.weight");
        CollectionAssert.Contains(names, query + ".lora_B.weight");
        Assert.AreEqual(head, string.Join(" ", names.Where(name => !name.Contains("lora_"))));

        adapters.Save("a", folder["a"], "base");
        var peft = PeftAdapterDirectory.Read(folder["a"]);
        Assert.AreEqual(4, PeftMapping.Classes(peft, "a"));
        peft.Dispose();
        var expected = model.Logits(Tiny.Batch([0, 5, 9, 2], [0, 7, 2]));
        adapters.Load("b", folder["a"]);
        adapters.Activate("b");
        Close.AssertIdentical(expected, model.Logits(Tiny.Batch([0, 5, 9, 2], [0, 7, 2])), "loaded");
        Assert.AreEqual(4, adapters.ClassesOf("b"));
    }
}
