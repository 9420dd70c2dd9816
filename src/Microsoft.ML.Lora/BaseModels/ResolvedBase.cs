using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora;

/// <summary>A base whose files have been found: a directory in Hugging Face layout.</summary>
internal sealed class ResolvedBase
{
    /// <summary>The configuration.</summary>
    public const string ConfigName = "config.json";

    /// <summary>The weights in one file.</summary>
    public const string WeightsName = "model.safetensors";

    /// <summary>The index of weights in several files.</summary>
    public const string IndexName = "model.safetensors.index.json";

    /// <summary>Weights that are not read.</summary>
    public static readonly string[] PickleNames = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

    private ResolvedBase(string directory, BaseModelKind kind, string id, string? revision, string weightsPath)
    {
        Directory = directory;
        Kind = kind;
        Id = id;
        Revision = revision;
        WeightsPath = weightsPath;
    }

    /// <summary>Where it comes from.</summary>
    public BaseModelKind Kind { get; }

    /// <summary>The bundled name, the directory's name, or the hub id.</summary>
    public string Id { get; }

    /// <summary>The commit (or, where none is known, the revision asked for) of a hub model; null for others.</summary>
    public string? Revision { get; }

    /// <summary>The full path of the directory.</summary>
    public string Directory { get; }

    /// <summary>The path of config.json.</summary>
    public string ConfigPath => Path.Combine(Directory, ConfigName);

    /// <summary>The path of model.safetensors, or of the index of several files.</summary>
    public string WeightsPath { get; }

    /// <summary>The bytes that the weights take on disk.</summary>
    public long WeightsBytes => WeightsFileNames().Sum(name => new FileInfo(FileLengths.Target(Path.Combine(Directory, name))).Length);

    /// <summary>Whether a directory looks like a base: it has a config.json.</summary>
    public static bool IsBase(string directory) => File.Exists(Path.Combine(directory, ConfigName));

    /// <summary>Looks at a directory.</summary>
    /// <exception cref="FileNotFoundException">config.json or the weights are missing.</exception>
    /// <exception cref="InvalidDataException">The weights are there only as a pickle, or the index of several files is not sound.</exception>
    public static ResolvedBase Open(string directory, BaseModelKind kind, string id, string? revision = null)
    {
        directory = Path.GetFullPath(directory);
        if (!IsBase(directory))
            throw new FileNotFoundException($"{directory} is not a base model: it has no {ConfigName}.", Path.Combine(directory, ConfigName));
        string[] candidates = [Path.Combine(directory, WeightsName), Path.Combine(directory, IndexName)];
        if (Array.Find(candidates, File.Exists) is { } weights) return new(directory, kind, id, revision, weights);
        if (Array.Find(PickleNames, name => File.Exists(Path.Combine(directory, name))) is { } pickle)
            throw PickleOnly(directory, pickle, "Convert it in that directory: python -c \"from transformers import AutoModel; "
                + "AutoModel.from_pretrained('.').save_pretrained('.', safe_serialization=True)\"");
        throw new FileNotFoundException($"{directory} has no weights: neither {WeightsName} nor {IndexName} is there.", candidates[0]);
    }

    /// <summary>The exception for weights that are there only as a pickle.</summary>
    public static InvalidDataException PickleOnly(string what, string pickle, string howToConvert) =>
        new($"{what} has its weights only as {pickle}, a Python pickle, which can run code when it is read and so is not. {howToConvert}");

    /// <summary>The path of a further file, such as vocab.json or merges.txt, or null where it is not there.</summary>
    public string? Find(string fileName)
    {
        var path = Path.Combine(Directory, fileName);
        return File.Exists(path) ? path : null;
    }

    /// <summary>The path of a further file that must be there.</summary>
    /// <exception cref="FileNotFoundException">It is not.</exception>
    public string Require(string fileName) => Find(fileName)
        ?? throw new FileNotFoundException($"The base model in {Directory} has no {fileName}.", Path.Combine(Directory, fileName));

    /// <summary>Opens the weights, memory-mapped; the caller disposes them.</summary>
    public ISafetensors OpenWeights() => SafetensorsSet.Open(WeightsPath);

    /// <summary>The names of the files that decide what the base computes: configuration, weights and vocabulary.</summary>
    /// <exception cref="InvalidDataException">The vocabulary's settings are malformed.</exception>
    public IReadOnlyList<string> DecisiveFiles()
    {
        var names = new List<string> { ConfigName };
        names.AddRange(WeightsFileNames());
        names.AddRange(VocabularyForm.All.SelectMany(form => form.Files).Where(name => Find(name) != null));
        // Most say nothing but the defaults, and other programs leave them out.
        if (Find(VocabularyForm.ConfigName) is { } settings && TokenizerConfig.Read(settings) != new TokenizerConfig()) names.Add(VocabularyForm.ConfigName);
        return names;
    }

    public override string ToString() => Revision == null ? Id : $"{Id}@{Revision}";

    private IEnumerable<string> WeightsFileNames() => Path.GetFileName(WeightsPath) == IndexName
        ? [IndexName, .. SafetensorsSet.FilesOf(WeightsPath)]
        : [WeightsName];
}
