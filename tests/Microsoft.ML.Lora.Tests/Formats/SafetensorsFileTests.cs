using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class SafetensorsFileTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow("mapped")]
    [DataRow("read")]
    [DataRow("bytes")]
    public void ReadsEveryTypeAsFloatOrAsStored(string way)
    {
        using var file = Open(SafetensorsBytes.Sound(), way);

        Assert.AreEqual("pt", file.Metadata["format"]);
        AssertFloats(file, "a", [2, 2], 1, -2.5f, float.PositiveInfinity, 1e-40f);
        AssertFloats(file, "c", [2], 1.5f, -0.25f);
        AssertFloats(file, "d", [1], 1.5f);
        AssertFloats(file, "empty", [0, 3]);
        using var whole = file.Load("b");
        Assert.AreEqual(ScalarType.Int64, whole.dtype);
        Assert.AreEqual(long.MinValue + 3, whole.data<long>().ToArray().Single());
        using var half = file.Load("c", ScalarType.Float16);
        Assert.AreEqual(ScalarType.Float16, half.dtype);
        using var brain = file.Load("d", ScalarType.BFloat16);
        Assert.AreEqual(ScalarType.BFloat16, brain.dtype);
    }

    [TestMethod]
    public void TensorsOutliveTheFileAndEveryDisposeScope()
    {
        Tensor mapped, converted;
        using (NewDisposeScope())
        {
            using var file = Open(SafetensorsBytes.Sound(), "mapped");
            mapped = file.Load("a");
            converted = file.Load("c");
        }
        GC.Collect();
        using (mapped)
        using (converted)
        {
            Assert.AreEqual(-2.5f, mapped.data<float>().ToArray()[1]);
            Assert.AreEqual(1.5f, converted.data<float>().ToArray()[0]);
        }
    }

    [TestMethod]
    public void ALaterLoadSurvivesTheScopeOfAnEarlierOne()
    {
        using var file = Open(SafetensorsBytes.Sound(), "mapped");
        using (NewDisposeScope())
            file.Load("a").Dispose();
        AssertFloats(file, "a", [2, 2], 1, -2.5f, float.PositiveInfinity, 1e-40f);
    }

    [TestMethod]
    public void WritingToAMappedTensorNeverReachesTheFile()
    {
        var content = SafetensorsBytes.Sound();
        using (var file = Open(content, "mapped"))
        {
            using var tensor = file.Load("a");
            tensor.fill_(7);
            Assert.AreEqual(7f, tensor.data<float>().ToArray()[0]);
        }
        CollectionAssert.AreEqual(content, File.ReadAllBytes(_folder["t.safetensors"]));
    }

    [TestMethod]
    public void TwoMappedTensorsAreOneMapping()
    {
        using var file = Open(SafetensorsBytes.Sound(), "mapped");
        using var first = file.Load("a");
        using var second = file.Load("a");
        first.fill_(7);
        Assert.AreEqual(7f, second.data<float>().ToArray()[0], "loading copied the data");
    }

    [TestMethod]
    public void AnUnalignedTensorIsCopied()
    {
        var content = SafetensorsBytes.Framed(
            [.. """{"f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"u":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}} """u8],
            [9, .. BitConverter.GetBytes(3.25f)]);
        using var file = Open(content, "mapped");
        AssertFloats(file, "f", [1], 3.25f);
    }

    [TestMethod]
    public void AScalarHasNoDimensions()
    {
        using var file = Open(SafetensorsBytes.Of("""{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", BitConverter.GetBytes(2f)), "mapped");
        AssertFloats(file, "s", [], 2);
    }

    [TestMethod]
    public void AMissingTensorIsNamed()
    {
        using var file = Open(SafetensorsBytes.Sound(), "mapped");
        var error = Assert.ThrowsExactly<InvalidDataException>(() => file.Load("x.y"));
        Assert.Contains("'x.y'", error.Message);
        Assert.Contains("t.safetensors", error.Message);
    }

    [TestMethod]
    public void ATypeThatTorchSharpLacksIsNamed()
    {
        using var file = Open(SafetensorsBytes.Of("""{"q":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 0), "mapped");
        Assert.Contains("F8_E4M3", Assert.ThrowsExactly<InvalidDataException>(() => file.Load("q")).Message);
    }

    [TestMethod]
    public void AClosedFileLoadsNothing()
    {
        var file = Open(SafetensorsBytes.Sound(), "mapped");
        file.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => file.Load("a"));
    }

    [TestMethod]
    public void AMissingFileIsNamed() =>
        Assert.Contains("none.safetensors", Assert.ThrowsExactly<FileNotFoundException>(() => SafetensorsFile.Open(_folder["none.safetensors"])).Message);

    [TestMethod]
    public void SeveralThreadsMayLoadAtOnce()
    {
        using var file = Open(SafetensorsBytes.Sound(), "mapped");
        Parallel.For(0, 200, _ => AssertFloats(file, "a", [2, 2], 1, -2.5f, float.PositiveInfinity, 1e-40f));
    }

    private SafetensorsFile Open(byte[] content, string way) => way == "bytes"
        ? SafetensorsFile.FromBytes(content, "t.safetensors")
        : SafetensorsFile.Open(_folder.Write("t.safetensors", content), map: way == "mapped");

    private static void AssertFloats(SafetensorsFile file, string name, long[] shape, params float[] expected)
    {
        using var tensor = file.Load(name);
        Assert.AreEqual(ScalarType.Float32, tensor.dtype);
        CollectionAssert.AreEqual(shape, tensor.shape);
        CollectionAssert.AreEqual(expected, tensor.NumberOfElements == 0 ? [] : tensor.data<float>().ToArray());
    }
}
