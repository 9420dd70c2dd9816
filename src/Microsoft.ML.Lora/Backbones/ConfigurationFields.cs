using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>The fields of a config.json, checked as they are taken; an error names the file and the field.</summary>
internal sealed class ConfigurationFields
{
    private const int MaxFileBytes = 4_000_000;
    private const int MaxSize = 16_777_216;

    private readonly JsonFields _fields;

    private ConfigurationFields(JsonFields fields) => _fields = fields;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no JSON object.</exception>
    public static ConfigurationFields Read(string path) => new(UntrustedJson.ReadFile(path, MaxFileBytes, maxDepth: 32));

    public InvalidDataException Error(string what) => new($"{_fields.File}: {what}.");

    /// <summary>A text that must be there.</summary>
    public string Text(string field) => _fields.Require(_fields.String(field), field);

    /// <summary>Refuses any value but the one that is supported; an absent field stands for it.</summary>
    public void RequireText(string field, string supported)
    {
        if ((_fields.String(field) ?? supported) != supported) throw _fields.Wrong(field, $"\"{supported}\", which is what is supported");
    }

    /// <summary>Refuses true; an absent field stands for false.</summary>
    public void RequireFalse(string field)
    {
        if (_fields.Bool(field) == true) throw _fields.Wrong(field, "false, which is what is supported");
    }

    public int Size(string field, int? otherwise = null, int least = 1, int most = MaxSize)
    {
        var size = _fields.Require(_fields.Int(field) ?? otherwise, field);
        return size >= least && size <= most ? size : throw _fields.Wrong(field, $"from {least} to {most}");
    }

    public double Probability(string field, double otherwise) =>
        _fields.Double(field) is not { } value ? otherwise : value is >= 0 and < 1 ? value : throw _fields.Wrong(field, "at least 0 and below 1");

    public double Positive(string field, double otherwise) =>
        _fields.Double(field) is not { } value ? otherwise : value > 0 ? value : throw _fields.Wrong(field, "above 0");
}
