using System.Net.Http.Headers;

namespace Microsoft.ML.Lora;

/// <summary>A user's access token. Its text leaves this class as a header only, so that no message or log shows it.</summary>
internal sealed class HubToken
{
    private const int MaxFileBytes = 10_000;
    private readonly string _text;

    /// <exception cref="InvalidOperationException">The text can be no token; the message does not repeat it.</exception>
    public HubToken(string text)
    {
        _text = text.Trim();
        if (_text.Length == 0 || !_text.All(c => c is > ' ' and < '\x7f'))
            throw new InvalidOperationException("The Hugging Face token (HF_TOKEN or the file token in HF_HOME) is empty or has characters that no token has.");
    }

    /// <summary>The header that carries the token.</summary>
    public AuthenticationHeaderValue Header => new("Bearer", _text);

    /// <summary>
    /// The token of this process: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or what HF_TOKEN_PATH or the file token in HF_HOME holds; null where there is
    /// none, or where HF_HUB_DISABLE_IMPLICIT_TOKEN says that it is not to be sent.
    /// </summary>
    /// <param name="environment">Gives an environment variable's value or null.</param>
    public static HubToken? FromEnvironment(Func<string, string?> environment)
    {
        if (HubSettings.IsTrue(environment("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) return null;
        var text = TextOf(environment("HF_TOKEN")) ?? TextOf(environment("HUGGING_FACE_HUB_TOKEN"))
            ?? TextOf(ReadFile(HubHome.PathIn(environment, "HF_TOKEN_PATH") ?? Path.Combine(HubHome.Find(environment), "token")));
        return text == null ? null : new(text);
    }

    /// <summary>A text of a server's without the token, which a server may echo.</summary>
    public string HideIn(string text) => text.Replace(_text, "***", StringComparison.Ordinal);

    public override string ToString() => "***";

    private static string? TextOf(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    private static string? ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= MaxFileBytes ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
