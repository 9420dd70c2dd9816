using System.Text;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class SafetensorsWriterTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void TheBytesAreThoseOfHuggingFace()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream,
            [("b", tensor(new float[] { 1 })), ("h", tensor(new float[] { 1 }).to_type(ScalarType.Float16)), ("a", tensor(new float[] { 2 })), ("z", tensor(new long[] { 5 }))],
            SafetensorsWriter.PyTorchMetadata);

        var expected = SafetensorsBytes.Of(
            """{"__metadata__":{"format":"pt"},"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"h":{"dtype":"F16","shape":[1],"data_offsets":[16,18]}}""",
            [.. BitConverter.GetBytes(5L), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes((Half)1)]);
        CollectionAssert.AreEqual(expected, stream.ToArray(), Encoding.UTF8.GetString(stream.ToArray()));
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float16)]
    [DataRow(ScalarType.BFloat16)]
    [DataRow(ScalarType.Int64)]
    public void ARoundTripKeepsEveryBit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        var floats = Enumerable.Range(0, 6 * 35).Select(_ => (float)(random.NextDouble() * 200 - 100)).ToArray();
        var original = tensor(floats).view(6, 35).to_type(type);
        var path = _folder["x.safetensors"];
        SafetensorsWriter.Write(path, [("w", original), ("empty", zeros(0, 4, dtype: type)), ("scalar", tensor(3f).to_type(type))]);

        using var file = SafetensorsFile.Open(path);
        using var read = file.Load("w", type);
        Assert.AreEqual(type, read.dtype);
        CollectionAssert.AreEqual(original.bytes.ToArray(), read.bytes.ToArray());
        CollectionAssert.AreEqual(new long[] { 6, 35 }, read.shape);
        CollectionAssert.AreEqual(new long[] { 0, 4 }, file.Tensors["empty"].Shape.ToArray());
        Assert.IsEmpty(file.Tensors["scalar"].Shape);
        var bytes = File.ReadAllBytes(path);
        SafetensorsWriter.Write(path, file.Tensors.Keys.Select(name => (name, file.Load(name, type))));
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void TransposedTensorsAndParametersAreWrittenInOrder()
    {
        using var scope = NewDisposeScope();
        var path = _folder["x.safetensors"];
        var matrix = tensor(new float[] { 1, 2, 3, 4, 5, 6 }).view(2, 3);
        SafetensorsWriter.Write(path, [("t", matrix.t()), ("p", new TorchSharp.Modules.Parameter(matrix.clone(), requires_grad: true))]);

        using var file = SafetensorsFile.Open(path);
        using var transposed = file.Load("t");
        using var parameter = file.Load("p");
        CollectionAssert.AreEqual(new float[] { 1, 4, 2, 5, 3, 6 }, transposed.data<float>().ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 5, 6 }, parameter.data<float>().ToArray());
    }

    [TestMethod]
    public void AFileReplacesItselfWhileItIsMapped()
    {
        using var scope = NewDisposeScope();
        var path = _folder["x.safetensors"];
        SafetensorsWriter.Write(path, [("w", ones(1000))]);
        using var file = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, [("w", file.Load("w"))]);
        using var again = SafetensorsFile.Open(path);
        Assert.AreEqual(1000f, again.Load("w").sum().item<float>());
    }

    [TestMethod]
    public void BadInputLeavesTheOldFileAndNothingElse()
    {
        using var scope = NewDisposeScope();
        var path = _folder.Write("x.safetensors", "old");
        var one = ones(1);
        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [("w", one), ("w", one)]));
        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [("__metadata__", one)]));
        Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("full");
        }));
        Assert.AreEqual("old", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFileSystemEntries(_folder.Root));
    }
}
