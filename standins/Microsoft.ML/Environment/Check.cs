namespace Microsoft.ML.Runtime;

/// <summary>Argument and state checks that throw the exception types ML.NET throws.</summary>
internal static class Check
{
    public static void NotNull(object value, string name)
    {
        if (value == null)
            throw Fail.Mark(new ArgumentNullException(name));
    }

    public static void NotEmpty(string value, string name)
    {
        if (string.IsNullOrEmpty(value))
            throw Fail.Empty(name);
    }

    public static void NotEmpty<T>(ICollection<T> values, string name)
    {
        if (values == null || values.Count == 0)
            throw Fail.Empty(name);
    }

    public static void NotWhiteSpace(string value, string name)
    {
        if (string.IsNullOrWhiteSpace(value))
            throw Fail.Param(name, $"{name} cannot be null or white space");
    }

    public static void Param(bool condition, string name, string message = null)
    {
        if (!condition)
            throw message == null ? Fail.Mark(new ArgumentOutOfRangeException(name)) : Fail.Param(name, message);
    }

    public static void State(bool condition, string message)
    {
        if (!condition)
            throw Fail.State(message);
    }

    public static void Decode(bool condition, string message = "Corrupt model file")
    {
        if (!condition)
            throw Fail.Mark(new FormatException(message));
    }
}

/// <summary>Exceptions of the types and message shapes that ML.NET uses, marked as its own.</summary>
internal static class Fail
{
    private const string MarkKey = "ML_IsMarked";

    public static bool IsMarked(Exception exception) => exception.Data.Contains(MarkKey);

    public static TException Mark<TException>(TException exception) where TException : Exception
    {
        exception.Data[MarkKey] = 1;
        return exception;
    }

    public static InvalidOperationException State(string message) => Mark(new InvalidOperationException(message));

    public static ArgumentOutOfRangeException Param(string name, string message) => Mark(new ArgumentOutOfRangeException(name, message));

    public static ArgumentOutOfRangeException Empty(string name) => Param(name, $"{name} cannot be null or empty");

    public static ArgumentOutOfRangeException SchemaMismatch(string parameter, string role, string column) =>
        Param(parameter, $"Could not find {role} column '{column}'");

    public static ArgumentOutOfRangeException SchemaMismatch(
        string parameter, string role, string column, string expected, string actual) =>
        Param(parameter, $"Schema mismatch for {role} column '{column}': expected {expected}, got {actual}");
}
