namespace Microsoft.ML.Lora;

/// <summary>
/// Which base a saved model needs, as <c>base_model.json</c> in the model's zip says it: where it came from, and digests of the files that decide
/// what it computes.
/// </summary>
internal sealed partial record BaseModelReference
{
    /// <summary>The name of the entry in the zip.</summary>
    public const string FileName = "base_model.json";

    /// <summary>Where the base came from.</summary>
    public required BaseModelKind Kind { get; init; }

    /// <summary>The bundled name, the directory's name, or the hub id.</summary>
    public required string Id { get; init; }

    /// <summary>The commit of a hub model, or the revision asked for where the commit was not known; null for others.</summary>
    public string? Revision { get; init; }

    /// <summary>Where the base lay when the model was saved; null for a bundled one.</summary>
    public string? Directory { get; init; }

    /// <summary>The family and the sizes.</summary>
    public required BaseDimensions Dimensions { get; init; }

    /// <summary>Digests of config.json, of the weights and of the vocabulary, by file name.</summary>
    public required IReadOnlyDictionary<string, FileDigest> Files { get; init; }

    /// <summary>What the weights take on disk, in bytes.</summary>
    public long WeightsBytes => Files.Where(file => file.Key.EndsWith(".safetensors", StringComparison.Ordinal)).Sum(file => file.Value.Bytes);

    /// <summary>The reference to a base.</summary>
    public static BaseModelReference To(ResolvedBase resolved) => new()
    {
        Kind = resolved.Kind,
        Id = resolved.Id,
        Revision = resolved.Revision,
        Directory = resolved.Kind == BaseModelKind.Bundled ? null : resolved.Directory,
        Dimensions = BaseDimensions.Read(resolved.ConfigPath),
        Files = resolved.DecisiveFiles().ToDictionary(name => name, name => FileDigest.Of(Path.Combine(resolved.Directory, name)), StringComparer.Ordinal),
    };

    /// <summary>Checks that a base is the one this refers to.</summary>
    /// <exception cref="InvalidDataException">A file differs; the message names it, what was expected and found, and what to do.</exception>
    public void Verify(ResolvedBase resolved)
    {
        if (FindDifference(resolved) is { } difference) throw new InvalidDataException($"{difference} {HowToMend()}");
    }

    /// <summary>The first difference between a base and the one this refers to, in a sentence, or null.</summary>
    public string? FindDifference(ResolvedBase resolved)
    {
        foreach (var (name, expected) in Files)
        {
            var path = Path.Combine(resolved.Directory, name);
            if (!File.Exists(path)) return $"{path} is missing; the model was trained on a base that has it.";
            var found = FileDigest.Of(path);
            if (found.Sha256 != expected.Sha256)
                return $"{path} is not what the model was trained on: its SHA-256 is {found.Sha256}, expected is {expected.Sha256}.";
        }
        var further = resolved.DecisiveFiles().FirstOrDefault(name => !Files.ContainsKey(name));
        return further == null ? null : $"{Path.Combine(resolved.Directory, further)} decides what the base computes, and did not when the model was trained.";
    }

    /// <summary>Finds the base: the search path, the recorded directory, the bundled bases, the Hugging Face cache, the hub.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere; the message names every place looked at and what mends it.</exception>
    /// <exception cref="InvalidDataException">What was found is another base; the message names the file, expected and found.</exception>
    public ResolvedBase Resolve() => new BaseModelLocator(
        BaseModel.SearchPath, BundledModels.Roots, Kind == BaseModelKind.Hub ? HubSettings.Current : HubSettings.Local).Find(this);

    /// <summary>What the user can do when the base is missing or differs, in a line.</summary>
    internal string HowToMend()
    {
        var first = Kind switch
        {
            BaseModelKind.Hub => $"To mend it: {HubBaseModel.DownloadCommand(Id, Revision)}",
            BaseModelKind.Bundled => $"To mend it: use the version of MlNetLora whose bundled base '{Id}' the model was trained on",
            _ => $"To mend it: put the base back at {Directory}",
        };
        return $"{first} (or add the directory that holds it to {BaseSearchPath.Variable} or BaseModel.SearchPath).";
    }
}
