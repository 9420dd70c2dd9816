using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>A safetensors file whose header has been checked against the file's length. Loading is safe from several threads.</summary>
/// <remarks>
/// The file must not be changed in place while tensors of a mapping are in use: replace it (write beside it and rename) instead,
/// as <see cref="SafetensorsWriter"/> does.
/// </remarks>
internal sealed class SafetensorsFile : ISafetensors
{
    private readonly SafetensorsHeader _header;
    private readonly TensorStore _store;
    private bool _disposed;

    private SafetensorsFile(string name, SafetensorsHeader header, TensorStore store)
    {
        Name = name;
        _header = header;
        _store = store;
    }

    public string Name { get; }

    /// <summary>The texts under <c>__metadata__</c>, such as format = pt.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _header.Tensors;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="map">Whether tensors are slices of a memory-mapped file (for large weights) rather than copies.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a sound safetensors file; the message names the file and the tensor.</exception>
    public static SafetensorsFile Open(string path, bool map = true)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"The weights file {path} does not exist.", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        var length = stream.Length;
        var start = new byte[Math.Min(length, SafetensorsHeader.LengthBytes)];
        stream.ReadExactly(start);
        var json = new byte[SafetensorsHeader.LengthOf(start, length, path)];
        stream.ReadExactly(json);
        var header = SafetensorsHeader.Parse(json, length, path);
        return new(path, header, map ? new MappedStore(path, length) : new FileStore(path));
    }

    /// <summary>Reads a file that is in memory already, such as an entry of a zip.</summary>
    /// <param name="content">The file's bytes; they must not change while this object is in use.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="InvalidDataException">It is not a sound safetensors file; the message names the file and the tensor.</exception>
    public static SafetensorsFile FromBytes(byte[] content, string name)
    {
        var start = content.AsSpan(0, Math.Min(content.Length, SafetensorsHeader.LengthBytes));
        var json = content.AsSpan(start.Length, SafetensorsHeader.LengthOf(start, content.Length, name));
        return new(name, SafetensorsHeader.Parse(json, content.Length, name), new MemoryStore(content));
    }

    public bool Contains(string name) => Tensors.ContainsKey(name);

    public Tensor Load(string name, ScalarType? dtype = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Tensors.TryGetValue(name, out var entry)) throw new InvalidDataException($"{Name} has no tensor '{name}'.");
        if (entry.Dtype.ScalarType is not { } stored)
            throw new InvalidDataException($"{Name}: tensor '{name}' has dtype {entry.Dtype.Name}, which cannot be loaded; convert it to F32, F16 or BF16.");
        var tensor = _store.Load(entry);
        var wanted = dtype ?? (entry.Dtype.IsFloat ? ScalarType.Float32 : stored);
        if (wanted == stored) return tensor;
        using (tensor)
            return tensor.to_type(wanted).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        _disposed = true;
        _store.Dispose();
    }
}
