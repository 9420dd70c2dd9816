using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class PeftAdapterDirectoryTests
{
    private const string A = "base_model.model.q.lora_A.weight";
    private const string Config = """{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q"]}""";
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void WhatIsWrittenIsRead()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new[] { 1f, 2, 3, 4, 5, 6 }).view(2, 3);
        PeftAdapterDirectory.Write(_folder["sub", "adapter"], new() { Rank = 2, Alpha = 4 }, [(A, values)]);

        CollectionAssert.AreEquivalent(new[] { "adapter_config.json", "adapter_model.safetensors" },
            Directory.GetFiles(_folder["sub", "adapter"]).Select(Path.GetFileName).ToArray());
        using var adapter = PeftAdapterDirectory.Read(_folder["sub", "adapter"]);
        Assert.AreEqual(2, adapter.Config.Rank);
        CollectionAssert.AreEqual(values.data<float>().ToArray(), adapter.Tensors[A].data<float>().ToArray());
        using var file = SafetensorsFile.Open(_folder["sub", "adapter", "adapter_model.safetensors"]);
        Assert.AreEqual("pt", file.Metadata["format"]);
    }

    [TestMethod]
    public void AnAdapterMayOverwriteTheOneItWasReadFrom()
    {
        using var scope = NewDisposeScope();
        PeftAdapterDirectory.Write(_folder.Root, new() { Rank = 2, Alpha = 4 }, [(A, ones(2, 3))]);
        var bytes = File.ReadAllBytes(_folder["adapter_model.safetensors"]);
        using var adapter = PeftAdapterDirectory.Read(_folder.Root);
        PeftAdapterDirectory.Write(_folder.Root, adapter.Config, adapter.Tensors.Select(pair => (pair.Key, pair.Value)));
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(_folder["adapter_model.safetensors"]));
    }

    [TestMethod]
    public void EntriesOfAZipAreReadFromMemory()
    {
        using var scope = NewDisposeScope();
        using var weights = new MemoryStream();
        SafetensorsWriter.Write(weights, [(A, ones(2, 3).to_type(ScalarType.Float16))]);
        using var adapter = PeftAdapterDirectory.Read(System.Text.Encoding.UTF8.GetBytes(Config), weights.ToArray(), "model.zip");
        Assert.AreEqual(ScalarType.Float32, adapter.Tensors[A].dtype);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PeftAdapterDirectory.Read([], weights.ToArray(), "model.zip"));
        Assert.Contains("model.zip/adapter_config.json", error.Message);
    }

    [TestMethod]
    public void TheGoldenAdaptersAreRead()
    {
        foreach (var (name, rank, layers) in new[] { ("roberta-a", 4, 3), ("roberta-b", 8, 2) })
        {
            using var adapter = PeftAdapterDirectory.Read(Shared.Require("golden", name, "adapter"));
            Assert.AreEqual(rank, adapter.Config.Rank);
            var keys = adapter.Tensors.Keys.Select(key => PeftKeys.Parse(key, name)).ToList();
            Assert.AreEqual(layers * 2, keys.Count(key => key.Part == PeftPart.LoraA));
            Assert.AreEqual(layers * 2, keys.Count(key => key.Part == PeftPart.LoraB));
            Assert.AreEqual(4, keys.Count(key => key.Part == PeftPart.Parameter && key.Module.StartsWith("classifier.", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    public void ADamagedGoldenAdapterIsRefused()
    {
        var golden = Shared.Require("golden", "roberta-a", "adapter");
        File.Copy(Path.Combine(golden, "adapter_config.json"), _folder["adapter_config.json"]);
        _folder.Write("adapter_model.safetensors", File.ReadAllBytes(Path.Combine(golden, "adapter_model.safetensors"))[..^100]);
        Assert.Contains("adapter_model.safetensors", Assert.ThrowsExactly<InvalidDataException>(() => PeftAdapterDirectory.Read(_folder.Root)).Message);
    }

    [TestMethod]
    public void MissingPartsAreNamed()
    {
        Assert.Contains("does not exist", Assert.ThrowsExactly<FileNotFoundException>(() => PeftAdapterDirectory.Read(_folder["none"])).Message);
        Assert.Contains("adapter_config.json", Assert.ThrowsExactly<FileNotFoundException>(() => PeftAdapterDirectory.Read(_folder.Root)).Message);
        _folder.Write("adapter_config.json", Config);
        Assert.Contains("adapter_model.safetensors", Assert.ThrowsExactly<FileNotFoundException>(() => PeftAdapterDirectory.Read(_folder.Root)).Message);
        _folder.Write("adapter_model.bin", "PK");
        Assert.Contains("save_file", Assert.ThrowsExactly<InvalidDataException>(() => PeftAdapterDirectory.Read(_folder.Root)).Message);
    }

    [TestMethod]
    public void AForeignTensorIsNamed()
    {
        using var scope = NewDisposeScope();
        _folder.Write("adapter_config.json", Config);
        SafetensorsWriter.Write(_folder["adapter_model.safetensors"], [("roberta.query.weight", ones(1))]);
        Assert.Contains("'roberta.query.weight'", Assert.ThrowsExactly<InvalidDataException>(() => PeftAdapterDirectory.Read(_folder.Root)).Message);
    }

    [TestMethod]
    public void AFileInTheWayIsNotReplaced()
    {
        var path = _folder.Write("adapter", "mine");
        Assert.ThrowsExactly<IOException>(() => PeftAdapterDirectory.Write(path, new() { Rank = 1, Alpha = 1 }, []));
        Assert.AreEqual("mine", File.ReadAllText(path));
    }

    [TestMethod]
    public void AWrongConfigurationWritesNothing()
    {
        Assert.ThrowsExactly<InvalidDataException>(() => PeftAdapterDirectory.Write(_folder["new"], new() { Rank = 0, Alpha = 1 }, []));
        Assert.IsFalse(Directory.Exists(_folder["new"]));
    }
}
