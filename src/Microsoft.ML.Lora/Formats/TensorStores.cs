using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>Where the bytes of a safetensors file are: makes a tensor of the stored type, which belongs to no dispose scope.</summary>
internal abstract class TensorStore : IDisposable
{
    public abstract Tensor Load(SafetensorsEntry entry);

    public virtual void Dispose() { }

    private protected static long[] ShapeOf(SafetensorsEntry entry) => [.. entry.Shape];

    private protected static Tensor Empty(SafetensorsEntry entry) =>
        torch.empty(ShapeOf(entry), dtype: entry.Dtype.ScalarType).DetachFromDisposeScope();
}

/// <summary>A file in memory, such as an entry of a zip; tensors are copies.</summary>
internal sealed class MemoryStore(byte[] content) : TensorStore
{
    public override Tensor Load(SafetensorsEntry entry)
    {
        var tensor = Empty(entry);
        TensorBytes.Visit(tensor, (block, position) => content.AsSpan((int)(entry.Offset + position), block.Length).CopyTo(block));
        return tensor;
    }
}

/// <summary>A file on disk, read tensor by tensor; tensors are copies.</summary>
internal class FileStore(string path) : TensorStore
{
    private protected string FilePath => path;

    public override Tensor Load(SafetensorsEntry entry)
    {
        using var handle = File.OpenHandle(path);
        var tensor = Empty(entry);
        try
        {
            TensorBytes.Visit(tensor, (block, position) => ReadExactly(handle, block, entry.Offset + position));
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private void ReadExactly(Microsoft.Win32.SafeHandles.SafeFileHandle handle, Span<byte> block, long offset)
    {
        while (!block.IsEmpty)
        {
            var read = RandomAccess.Read(handle, block, offset);
            if (read == 0) throw new InvalidDataException($"{path} became shorter while it was read.");
            block = block[read..];
            offset += read;
        }
    }
}

/// <summary>
/// A file mapped into memory, privately: tensors are slices of the mapping and cost no memory until they are touched; writing to one
/// copies the page and never reaches the file. A slice keeps the mapping alive. Tensors whose place does not suit their type are copied.
/// </summary>
internal sealed class MappedStore(string path, long fileLength) : FileStore(path)
{
    private readonly Dictionary<ScalarType, Tensor> _wholeFile = [];

    public override Tensor Load(SafetensorsEntry entry)
    {
        var size = entry.Dtype.Size;
        if (entry.Length == 0 || entry.Offset % size != 0) return base.Load(entry);
        lock (_wholeFile)
        {
            var whole = WholeFileAs(entry.Dtype.ScalarType!.Value, size);
            using var slice = whole.narrow(0, entry.Offset / size, entry.Count);
            return slice.view(ShapeOf(entry)).DetachFromDisposeScope();
        }
    }

    public override void Dispose()
    {
        lock (_wholeFile)
        {
            foreach (var tensor in _wholeFile.Values) tensor.Dispose();
            _wholeFile.Clear();
        }
    }

    private Tensor WholeFileAs(ScalarType type, int size)
    {
        if (_wholeFile.TryGetValue(type, out var whole)) return whole;
        whole = torch.from_file(FilePath, shared: false, size: fileLength / size, dtype: type).DetachFromDisposeScope();
        return _wholeFile[type] = whole;
    }
}
