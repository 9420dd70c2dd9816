using System.Text.RegularExpressions;

namespace SentimentLoraSample;

/// <summary>What of an exception a user can act on.</summary>
internal static partial class Errors
{
    /// <summary>Whether the cause is an argument, a file or the data, and not a fault in the program.</summary>
    public static bool IsForUser(Exception exception) =>
        exception is ArgumentException or InvalidOperationException or IOException or InvalidDataException or UnauthorizedAccessException;

    /// <summary>The message without .NET's note on the parameter.</summary>
    public static string MessageOf(Exception exception) => ParameterNote().Replace(exception.Message, "");

    [GeneratedRegex(@" \(Parameter '[^']*'\)(\r?\nActual value was [^\r\n]*)?\z")]
    private static partial Regex ParameterNote();
}
