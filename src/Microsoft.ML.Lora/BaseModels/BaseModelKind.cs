namespace Microsoft.ML.Lora;

/// <summary>Where a base comes from.</summary>
internal enum BaseModelKind
{
    /// <summary>It lies beside this library's assembly.</summary>
    Bundled,

    /// <summary>A directory of the user's.</summary>
    Directory,

    /// <summary>The Hugging Face hub.</summary>
    Hub,
}
