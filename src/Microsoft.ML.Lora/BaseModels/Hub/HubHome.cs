namespace Microsoft.ML.Lora;

/// <summary>Where Hugging Face's tools keep their files on a machine, by the rules of Hugging Face's own library.</summary>
internal static class HubHome
{
    /// <summary>The folder of cache and token: HF_HOME, or huggingface under XDG_CACHE_HOME, or under ~/.cache.</summary>
    /// <param name="environment">Gives an environment variable's value or null.</param>
    public static string Find(Func<string, string?> environment) => PathIn(environment, "HF_HOME")
        ?? Path.Combine(PathIn(environment, "XDG_CACHE_HOME") ?? Path.Combine(UserFolder, ".cache"), "huggingface");

    /// <summary>The path that a variable holds, with ~ for the user's folder; null where the variable is unset or empty.</summary>
    public static string? PathIn(Func<string, string?> environment, string variable) => environment(variable) switch
    {
        null or "" => null,
        "~" => UserFolder,
        var path when path.StartsWith("~/", StringComparison.Ordinal) => Path.Combine(UserFolder, path[2..]),
        var path => path,
    };

    private static string UserFolder => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
