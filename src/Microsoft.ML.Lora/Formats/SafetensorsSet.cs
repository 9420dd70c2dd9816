using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>
/// The weights of a model that lie in several safetensors files, with an index (<c>model.safetensors.index.json</c>) that maps each tensor
/// to its file.
/// </summary>
internal sealed class SafetensorsSet : ISafetensors
{
    public const string IndexSuffix = ".safetensors.index.json";
    private const int MaxIndexBytes = 50_000_000;
    private readonly Dictionary<string, SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> _tensors = new(StringComparer.Ordinal);

    private SafetensorsSet(string path, IReadOnlyDictionary<string, string> weightMap, Dictionary<string, SafetensorsFile> files)
    {
        Name = path;
        _files = files;
        foreach (var (tensor, fileName) in weightMap)
        {
            var file = files[fileName];
            if (!file.Tensors.TryGetValue(tensor, out var entry))
                throw new InvalidDataException($"{path} says that tensor '{tensor}' is in {fileName}, which does not have it.");
            _fileOf.Add(tensor, file);
            _tensors.Add(tensor, entry);
        }
    }

    public string Name { get; }

    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _tensors;

    /// <summary>Opens a model's weights: one .safetensors file, or the index of several.</summary>
    /// <param name="path">The path of a file that ends in <c>.safetensors</c> or <c>.safetensors.index.json</c>.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not sound; the message names it.</exception>
    public static ISafetensors Open(string path)
    {
        if (!path.EndsWith(IndexSuffix, StringComparison.OrdinalIgnoreCase)) return SafetensorsFile.Open(path);
        var weightMap = ReadIndex(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var fileName in weightMap.Values.Distinct())
                files.Add(fileName, SafetensorsFile.Open(Path.Combine(folder, fileName)));
            return new SafetensorsSet(path, weightMap, files);
        }
        catch
        {
            foreach (var file in files.Values) file.Dispose();
            throw;
        }
    }

    /// <summary>The names of the weight files an index lists, sorted; each is the plain name of a file beside the index.</summary>
    /// <exception cref="InvalidDataException">The index is not sound.</exception>
    public static IReadOnlyList<string> FilesOf(string indexPath) =>
        [.. ReadIndex(indexPath).Values.Distinct().Order(StringComparer.Ordinal)];

    public Tensor Load(string name, ScalarType? dtype = null) =>
        _fileOf.TryGetValue(name, out var file) ? file.Load(name, dtype) : throw new InvalidDataException($"{Name} has no tensor '{name}'.");

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        var fields = UntrustedJson.ReadFile(path, MaxIndexBytes, maxDepth: 8);
        var map = fields.Require(fields.Object("weight_map"), "weight_map");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in map.All)
        {
            var name = map.String(property.Name) ?? throw map.Wrong(property.Name, "the name of a file");
            if (!FileNames.IsPlain(name) || !name.EndsWith(".safetensors", StringComparison.Ordinal))
                throw map.Wrong(property.Name, "the plain name of a .safetensors file beside the index");
            files.Add(property.Name, name);
        }
        if (files.Count == 0) throw new InvalidDataException($"{path}: 'weight_map' is empty.");
        return files;
    }
}
