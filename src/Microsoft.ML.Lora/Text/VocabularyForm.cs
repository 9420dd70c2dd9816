namespace Microsoft.ML.Lora.Text;

/// <summary>A form in which a vocabulary lies in files, and what reads it. A directory is of the first form whose files it has.</summary>
/// <param name="Files">The names of the files, all of which are needed.</param>
/// <param name="Read">Makes the tokenizer, given the path of a file by its name.</param>
internal sealed record VocabularyForm(IReadOnlyList<string> Files, Func<Func<string, string>, TextTokenizer> Read)
{
    /// <summary>The settings that a vocabulary may have beside it.</summary>
    public const string ConfigName = "tokenizer_config.json";

    /// <summary>The forms that can be read: byte-level BPE and WordPiece.</summary>
    public static IReadOnlyList<VocabularyForm> All { get; } =
    [
        new(["vocab.json", "merges.txt"], static at => RobertaTextTokenizer.FromFiles(at("vocab.json"), at("merges.txt"), at(ConfigName))),
        new(["vocab.txt"], static at => BertTextTokenizer.FromFiles(at("vocab.txt"), at(ConfigName))),
    ];

    /// <summary>The forms, for error messages.</summary>
    public static string InWords => string.Join(", or ", All.Select(form => string.Join(" with ", form.Files)));

    /// <summary>The form of what has some files; null where it has all files of none.</summary>
    /// <param name="has">Whether there is a file of a name.</param>
    public static VocabularyForm? Of(Func<string, bool> has) => All.FirstOrDefault(form => form.Files.All(has));

    /// <summary>How to come by the files of a form, as the end of an error message; empty where that is not known.</summary>
    /// <param name="has">Whether there is a file of a name.</param>
    /// <param name="first">What is to be done first, as in "fetch it and "; empty for nothing.</param>
    public static string Remedy(Func<string, bool> has, string first = "") => !has("tokenizer.json") ? ""
        : $"; tokenizer.json is not read, but holds a vocabulary: {first}run in its directory "
            + "python -c \"from tokenizers import Tokenizer; Tokenizer.from_file('tokenizer.json').model.save('.')\"";

    /// <summary>The form of a directory.</summary>
    /// <exception cref="FileNotFoundException">It has no vocabulary that can be read.</exception>
    public static VocabularyForm Require(string directory)
    {
        if (Of(Has) is { } form) return form;
        var nearest = All.FirstOrDefault(each => each.Files.Any(Has)) ?? All[0];
        var missing = nearest.Files.First(file => !Has(file));
        throw new FileNotFoundException(
            $"{directory} has no {missing}; the files of a vocabulary that can be read are {InWords}{Remedy(Has)}.", Path.Combine(directory, missing));

        bool Has(string file) => File.Exists(Path.Combine(directory, file));
    }
}
