using System.IO.Compression;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Tests.Estimators;

[TestClass]
public class SavingTests
{
    [TestMethod]
    public void AModelIsTheSameAfterASaveAndALoad()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var path = folder["model.zip"];
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 100);
        var model = Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data);
        ml.Model.Save(model, data.Schema, path);

        var loaded = new MLContext().Model.Load(path, out var schema);
        Assert.AreEqual("Text", schema["Text"].Name);
        var (before, after) = (model.Transform(data), loaded.Transform(data));
        CollectionAssert.AreEqual(Sentences.Scores(before).SelectMany(s => s).ToArray(), Sentences.Scores(after).SelectMany(s => s).ToArray());
        CollectionAssert.AreEqual(before.Schema.Select(c => c.ToString()).ToArray(), after.Schema.Select(c => c.ToString()).ToArray());
    }

    [TestMethod]
    public void TheZipHoldsAdapterHeadOptionsLabelsAndAReferenceButNoBaseWeights()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var path = folder["model.zip"];
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 40);
        ml.Model.Save(Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data), data.Schema, path);

        using var zip = ZipFile.OpenRead(path);
        var entries = zip.Entries.Select(e => e.FullName.Replace('\\', '/')).ToArray();
        var inner = entries.Single(e => e.EndsWith("/adapter_config.json"))[..^"adapter_config.json".Length];
        byte[] Entry(string name)
        {
            using var stream = zip.Entries.Single(e => e.FullName.Replace('\\', '/') == inner + name).Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }

        using var adapter = PeftAdapterDirectory.Read(Entry("adapter_config.json"), Entry("adapter_model.safetensors"), "zip");
        Assert.IsTrue(adapter.Tensors.Keys.All(k => k.Contains(".lora_") || k.Contains(".classifier.")), string.Join(", ", adapter.Tensors.Keys));
        Assert.HasCount(2 * 2 * 2 + 4, adapter.Tensors);
        var reference = BaseModelReference.Parse(Entry("base_model.json"), "base_model.json");
        Assert.AreEqual(64, reference.Files["model.safetensors"].Sha256.Length);
        StringAssert.Contains(System.Text.Encoding.UTF8.GetString(Entry("options.json")), "\"pos\"");
    }

    [TestMethod]
    public void AnAdapterDirectoryIsAModelAgain()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 60);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        using var model = ml.MulticlassClassification.Trainers.LoraTextClassification(Sentences.Options(tiny)).Fit(keyed);
        model.SaveAdapter(folder.Root);
        CollectionAssert.AreEquivalent(
            new[] { "adapter_config.json", "adapter_model.safetensors" }, Directory.GetFiles(folder.Root).Select(Path.GetFileName).ToArray());

        using var loaded = ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, ["pos", "neg"], sentence1ColumnName: "Text");
        Assert.IsNull(loaded.Training);
        Assert.AreEqual(model.Parameters, loaded.Parameters);
        CollectionAssert.AreEqual(
            Sentences.Scores(model.Transform(data)).SelectMany(s => s).ToArray(), Sentences.Scores(loaded.Transform(data)).SelectMany(s => s).ToArray());
        var error = Assert.ThrowsExactly<ArgumentException>(() => ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, ["one"]));
        StringAssert.Contains(error.Message, "1 labels are given");
    }

    [TestMethod]
    [DataRow(0L, 16L)]
    [DataRow(1L << 40, 0L)]
    [DataRow(500_000_000L, 0L)]
    [DataRow(3L, 17L)]
    public void AHeadOfAnImpossibleShapeIsRefusedBeforeMemoryIsSpent(long rows, long columns)
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 20)).Transform(Sentences.View(ml, 20));
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 1;
        using (var model = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(data)) model.SaveAdapter(folder["whole"]);
        const string name = "base_model.model.classifier.out_proj.weight";
        using (var peft = PeftAdapterDirectory.Read(folder["whole"]))
        using (var weight = TorchSharp.torch.zeros(rows, columns))
            PeftAdapterDirectory.Write(folder["other"], peft.Config, peft.Tensors.Select(each => (each.Key, each.Key == name ? weight : each.Value)));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => ml.Model.LoadLoraAdapter(folder["other"], tiny.Base).Dispose());
        StringAssert.Contains(error.Message, $"{name}\" has the shape [{rows}, {columns}]");
    }

    [TestMethod]
    public void WhatAnAdapterIsLoadedWithIsChecked()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Sentences.Make(20).Select(s => new { s.Text, Label = s.Label == "pos" ? 1f : 0f }));
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 1;
        using var model = ml.Regression.Trainers.LoraSentenceSimilarity(options).Fit(data);
        model.SaveAdapter(folder.Root);
        void Check(string part, Func<LoraFineTuneTransformer> load) => StringAssert.Contains(Assert.Throws<ArgumentException>(() => load().Dispose()).Message, part);
        Check("one output, which is a number", () => ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, ["one"]));
        Check("sentence1ColumnName", () => ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, sentence1ColumnName: ""));
        Check("sentence2ColumnName", () => ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, sentence2ColumnName: " "));
        Check("scoreColumnName", () => ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, scoreColumnName: null!));
        ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, outputColumnName: "Score").Dispose();
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 20)).Transform(Sentences.View(ml, 20));
        using (var classifier = ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed)) classifier.SaveAdapter(folder["classes"]);
        Check("outputColumnName", () => ml.Model.LoadLoraAdapter(folder["classes"], tiny.Base, outputColumnName: "Score"));
    }

    [TestMethod]
    public void AnAlteredOrMissingBaseIsRefused()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var path = folder["model.zip"];
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 40);
        ml.Model.Save(Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data), data.Schema, path);

        var weights = File.ReadAllBytes(tiny.WeightsPath);
        weights[^1] ^= 1;
        File.WriteAllBytes(tiny.WeightsPath, weights);
        StringAssert.Contains(Innermost(Assert.Throws<Exception>(() => ml.Model.Load(path, out _))), "SHA-256");
        Directory.Delete(tiny.Directory, recursive: true);
        StringAssert.Contains(Innermost(Assert.Throws<Exception>(() => ml.Model.Load(path, out _))), tiny.Directory);
        Directory.CreateDirectory(tiny.Directory);
    }

    [TestMethod]
    public void RobertaBasesZipIsSmall()
    {
        using var folder = new TemporaryFolder();
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var model = Tiny.Classifier(classes: 2, configuration: Tiny.Configuration with { VocabularySize = 100, HiddenSize = 768, Layers = 12, Heads = 12, IntermediateSize = 8 });
        var adapter = Tiny.Adapt(model, new Lora.Adapters.LoraConfig { Rank = 8, Alpha = 16 });
        Assert.AreEqual(887_042, adapter.Summary().Trainable);
        var path = folder["adapter.safetensors"];
        SafetensorsWriter.Write(path, Lora.Adapters.PeftMapping.Tensors(adapter));
        Assert.IsLessThan(3_700_000, new FileInfo(path).Length + 20_000);
    }

    [TestMethod]
    public void AZipOfAnotherTrainerIsRefused()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 40);
        ml.Model.Save(ml.Transforms.Conversion.MapValueToKey("Label").Fit(data), data.Schema, folder["other.zip"]);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => ml.Model.LoadLoraAdapter(folder["other.zip"], tiny.Base));
        StringAssert.Contains(error.Message, "other.zip is a file, not a PEFT adapter");

        ml.Model.Save(Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data), data.Schema, folder["model.zip"]);
        using (var zip = ZipFile.Open(folder["model.zip"], ZipArchiveMode.Update))
        {
            var inner = zip.Entries.Single(e => e.Name == "adapter_config.json").FullName[..^"adapter_config.json".Length];
            using var key = zip.GetEntry(inner + "Model.key")!.Open();
            var header = new byte[key.Length];
            key.ReadExactly(header);
            var signature = header.AsSpan().IndexOf("LORATEXT"u8);
            Assert.IsGreaterThan(0, signature, "the model's signature");
            key.Position = signature;
            key.Write("OTHERONE"u8);
        }

        var refused = Assert.Throws<Exception>(() => ml.Model.Load(folder["model.zip"], out _));
        while (refused is not InvalidDataException) refused = refused.InnerException!;
        StringAssert.Contains(refused.Message, "not one that LoraFineTuneTransformer of this version reads");
    }

    private static string Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error.Message;
}
