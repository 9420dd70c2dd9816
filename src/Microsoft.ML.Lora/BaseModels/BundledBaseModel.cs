using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>A base that comes with the library.</summary>
internal sealed class BundledBaseModel : BaseModel
{
    private readonly string _name;

    public BundledBaseModel(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!FileNames.IsPlain(name)) throw new ArgumentException($"'{name}' is not the name of a bundled base model.", nameof(name));
        _name = name;
    }

    public override string ToString() => _name;

    internal override ResolvedBase Resolve(IProgress<HubProgress>? progress = null, CancellationToken cancellation = default)
    {
        var places = BundledModels.Roots.Select(root => Path.Combine(root, _name)).ToList();
        if (places.Find(ResolvedBase.IsBase) is { } directory) return ResolvedBase.Open(directory, BaseModelKind.Bundled, _name);
        throw new FileNotFoundException($"There is no bundled base model '{_name}'. Looked at: {string.Join(", ", places)}. "
            + (BundledModels.Names() is { Count: > 0 } names ? $"Bundled are: {string.Join(", ", names)}."
                : $"The folder '{BundledModels.FolderName}' of the package MlNetLora belongs beside the program."));
    }
}
