using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>A base in a directory of the user's.</summary>
internal sealed class DirectoryBaseModel : BaseModel
{
    private readonly string _path;

    public DirectoryBaseModel(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    public override string ToString() => _path;

    internal override ResolvedBase Resolve(IProgress<HubProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(_path)) throw new FileNotFoundException($"The base model's directory {_path} does not exist.", _path);
        return ResolvedBase.Open(_path, BaseModelKind.Directory, IdOf(_path));
    }

    /// <summary>The folder's name where it is fit for any file system, since a saved model carries it to others.</summary>
    private static string IdOf(string path) => FileNames.IsPlain(Path.GetFileName(path)) ? Path.GetFileName(path) : "base";
}
