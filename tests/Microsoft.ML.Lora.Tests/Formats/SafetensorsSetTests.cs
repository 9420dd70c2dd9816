using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class SafetensorsSetTests
{
    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void WriteShards()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_folder["model-1.safetensors"], [("a", full(2, 1f))]);
        SafetensorsWriter.Write(_folder["model-2.safetensors"], [("b", full(3, 2f)), ("c", full(1, 3f))]);
    }

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void TensorsComeFromTheFilesTheIndexNames()
    {
        var index = Index("""{"metadata":{"total_size":20},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");
        using var set = SafetensorsSet.Open(index);
        CollectionAssert.AreEquivalent(new[] { "a", "b" }, set.Tensors.Keys.ToArray());
        Assert.IsFalse(set.Contains("c"));
        using var b = set.Load("b");
        CollectionAssert.AreEqual(new[] { 2f, 2f, 2f }, b.data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { "model-1.safetensors", "model-2.safetensors" }, SafetensorsSet.FilesOf(index).ToArray());
        Assert.Contains("'c'", Assert.ThrowsExactly<InvalidDataException>(() => set.Load("c")).Message);
    }

    [TestMethod]
    public void OneFileIsOpenedThroughTheSameDoor()
    {
        using var single = SafetensorsSet.Open(_folder["model-2.safetensors"]);
        Assert.IsTrue(single.Contains("c"));
    }

    [TestMethod]
    [DataRow("""{"weight_map":{"a":"../model-1.safetensors"}}""", "'a'")]
    [DataRow("""{"weight_map":{"a":"/etc/x.safetensors"}}""", "'a'")]
    [DataRow("""{"weight_map":{"a":"c:\\x.safetensors"}}""", "'a'")]
    [DataRow("""{"weight_map":{"a":"pytorch_model.bin"}}""", "'a'")]
    [DataRow("""{"weight_map":{"a":5}}""", "'a'")]
    [DataRow("""{"weight_map":{"a":null}}""", "'a'")]
    [DataRow("""{"weight_map":{}}""", "empty")]
    [DataRow("""{"weights":{}}""", "'weight_map' is missing")]
    [DataRow("""{"weight_map":{"b":"model-1.safetensors"}}""", "does not have it")]
    [DataRow("""{"weight_map":[[[[[[[[[[]]]]]]]]]]}""", "JSON")]
    [DataRow("""[]""", "object")]
    public void AnUnsoundIndexIsRefused(string json, string reason)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsSet.Open(Index(json)));
        Assert.Contains(reason, error.Message);
        Assert.Contains("model.safetensors.index.json", error.Message);
    }

    [TestMethod]
    public void AMissingShardIsNamed()
    {
        var index = Index("""{"weight_map":{"a":"model-1.safetensors","z":"model-9.safetensors"}}""");
        Assert.Contains("model-9.safetensors", Assert.ThrowsExactly<FileNotFoundException>(() => SafetensorsSet.Open(index)).Message);
    }

    private string Index(string json) => _folder.Write("model.safetensors.index.json", json);
}
