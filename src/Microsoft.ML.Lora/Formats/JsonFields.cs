using System.Text.Json;

namespace Microsoft.ML.Lora.Formats;

/// <summary>The fields of a JSON object, read with errors that name the file and the field. A null counts as an absent field.</summary>
internal sealed class JsonFields(JsonElement root, string file)
{
    /// <summary>What errors call the file.</summary>
    public string File => file;

    /// <summary>All fields in the file's order, nulls included.</summary>
    public IEnumerable<JsonProperty> All => root.EnumerateObject();

    /// <summary>A field's value, or null where it is absent or null.</summary>
    public JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? String(string field) => Find(field) is { } value ? StringOf(value, field) : null;

    public bool? Bool(string field) => Find(field)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(field, "true or false"),
    };

    public int? Int(string field) => Find(field) is { } value ? IntOf(value, field) : null;

    public long? Long(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw WrongItem(value, field, "a whole number");

    public double? Double(string field) => Find(field) is { } value ? DoubleOf(value, field) : null;

    public JsonFields? Object(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new(value, $"{file}: field '{field}'")
        : throw Wrong(field, "an object");

    public IReadOnlyList<string>? Strings(string field) => List(field, "a list of strings", StringOf);

    public IReadOnlyList<JsonFields>? Objects(string field) => List(field, "a list of objects", (value, _) =>
        value.ValueKind == JsonValueKind.Object ? new JsonFields(value, $"{file}: field '{field}'") : throw WrongItem(value, field, "an object"));

    public IReadOnlyList<int>? Ints(string field) => List(field, "a list of whole numbers", IntOf);

    public IReadOnlyDictionary<string, int>? IntMap(string field) => Map(field, IntOf);

    public IReadOnlyDictionary<string, double>? DoubleMap(string field) => Map(field, DoubleOf);

    /// <summary>A field that must be there.</summary>
    /// <exception cref="InvalidDataException">It is absent or null.</exception>
    public T Require<T>(T? value, string field) where T : class => value ?? throw Missing(field);

    /// <inheritdoc cref="Require{T}(T, string)"/>
    public T Require<T>(T? value, string field) where T : struct => value ?? throw Missing(field);

    /// <summary>The exception for a field whose value does not fit.</summary>
    public InvalidDataException Wrong(string field, string expected) =>
        new($"{file}: '{field}' must be {expected}, not {Describe(Find(field) ?? default)}.");

    /// <summary>A value in a few words, for error messages.</summary>
    public static string Describe(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return "null";
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 60 ? text : $"{text[..60]}…";
    }

    private InvalidDataException Missing(string field) => new($"{file}: '{field}' is missing.");

    private IReadOnlyList<T>? List<T>(string field, string expected, Func<JsonElement, string, T> item)
    {
        if (Find(field) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(field, expected);
        return [.. value.EnumerateArray().Select(each => item(each, field))];
    }

    private IReadOnlyDictionary<string, T>? Map<T>(string field, Func<JsonElement, string, T> item) => Object(field)?.All
        .ToDictionary(each => each.Name, each => item(each.Value, $"{field}.{each.Name}"), StringComparer.Ordinal);

    private string StringOf(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongItem(value, field, "text");

    private int IntOf(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw WrongItem(value, field, "a whole number");

    private double DoubleOf(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number : throw WrongItem(value, field, "a number");

    private InvalidDataException WrongItem(JsonElement value, string field, string expected) =>
        new($"{file}: '{field}' must be {expected}, not {Describe(value)}.");
}
