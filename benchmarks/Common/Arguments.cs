using System.CommandLine;

namespace Microsoft.ML.Lora.Benchmarks.Common;

/// <summary>Options that several commands have.</summary>
internal static class Arguments
{
    /// <summary>The word for a randomly started model of RoBERTa-base's shape, which needs no files.</summary>
    public const string RobertaBaseShape = "roberta-base-shape";

    public static Option<string> Base(string standard) => new("--base")
    {
        Description = $"The base: a bundled one's name, a directory, a hub id, or {RobertaBaseShape} (random weights).",
        DefaultValueFactory = _ => standard,
    };

    public static Option<FileInfo> Data(string name, string description, string standard) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new FileInfo(standard),
    };

    public static Option<int> Number(string name, string description, int standard) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
    };

    public static Option<FileInfo> Json() => new("--json") { Description = "Where to write the figures as JSON." };
}
