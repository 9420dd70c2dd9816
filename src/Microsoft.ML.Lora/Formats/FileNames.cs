namespace Microsoft.ML.Lora.Formats;

/// <summary>Checks of names that come from files of strangers.</summary>
internal static class FileNames
{
    /// <summary>Whether a name is the plain name of a file: no folder, no drive, no parent, no control character.</summary>
    public static bool IsPlain(string name) =>
        name.Length is > 0 and <= 255
        && name.IndexOfAny(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) < 0
        && !name.Any(char.IsControl)
        && !name.EndsWith(' ') && !name.EndsWith('.');
}
