namespace Microsoft.ML.Lora;

/// <summary>What is said of a column that is missing or of the wrong type; the same for data and for a pipeline's shape.</summary>
internal static class SchemaErrors
{
    /// <summary>The parameter that is named.</summary>
    public const string Parameter = "inputSchema";

    public static ArgumentOutOfRangeException Missing(IEnumerable<string> present, string role, string name) =>
        new(Parameter, $"Could not find the {role} column '{name}'. The columns are: {string.Join(", ", present.Distinct().Select(column => $"'{column}'"))}.");

    public static ArgumentOutOfRangeException Mismatch(string role, string name, string expected, string actual) =>
        new(Parameter, $"Schema mismatch for the {role} column '{name}': expected {expected}, got {actual}.");

    public static ArgumentOutOfRangeException LabelNotKey(string name, string actual) =>
        Mismatch("label", name, "a key (put Conversion.MapValueToKey before the trainer)", actual);
}
