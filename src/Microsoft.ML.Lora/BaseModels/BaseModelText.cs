namespace Microsoft.ML.Lora;

/// <summary>Base models as users write them.</summary>
internal static class BaseModelText
{
    public static BaseModel Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (BundledModels.Names().Contains(text)) return BaseModel.FromBundle(text);
        if (Directory.Exists(text)) return BaseModel.FromDirectory(text);
        var at = text.IndexOf('@');
        var (id, revision) = at < 0 ? (text, "main") : (text[..at], text[(at + 1)..]);
        if (id.Contains('/') && HubId.IsId(id) && HubId.IsRevision(revision)) return BaseModel.FromHub(id, revision);
        throw new ArgumentException($"'{text}' is not a base model. Give one of: the name of a bundled base ({BundledNames()}); "
            + "an existing directory with config.json and model.safetensors; "
            + "a Hugging Face hub id, such as FacebookAI/roberta-base or FacebookAI/roberta-base@main.", nameof(text));
    }

    private static string BundledNames() =>
        BundledModels.Names() is { Count: > 0 } names ? string.Join(", ", names) : "none is beside this library's assembly";
}
