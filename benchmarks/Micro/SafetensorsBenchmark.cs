using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Benchmarks.Micro;

/// <summary>Opening a safetensors file of 64 matrices (38 MB) and taking all of them, as views of the mapped file and as copies.</summary>
public class SafetensorsBenchmark
{
    private readonly string _path = Path.GetTempFileName();

    /// <summary>Makes what is measured.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_path, Enumerable.Range(0, 64).Select(i => ($"matrix.{i}", zeros(384, 384))), SafetensorsWriter.PyTorchMetadata);
    }

    /// <summary>Views of the mapped file.</summary>
    [Benchmark]
    public void Mapped() => Load(map: true);

    /// <summary>Copies.</summary>
    [Benchmark]
    public void Copied() => Load(map: false);

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void End() => File.Delete(_path);

    private void Load(bool map)
    {
        using var file = SafetensorsFile.Open(_path, map);
        foreach (var name in file.Tensors.Keys) file.Load(name).Dispose();
    }
}
