using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora;

/// <summary>What a model has on the hub at one commit.</summary>
/// <param name="Id">The model.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Files">The names of its files, with their folders.</param>
internal sealed record HubListing(string Id, string Commit, IReadOnlySet<string> Files)
{
    private static readonly string[] s_optional = [VocabularyForm.ConfigName, "special_tokens_map.json"];

    /// <summary>Sees that there is a config.json, which says what the model is.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public void RequireConfiguration()
    {
        if (!Files.Contains(ResolvedBase.ConfigName)) throw NotABase($"it has no {ResolvedBase.ConfigName}"
            + (Files.Contains("adapter_config.json") ? "; it is an adapter, and its adapter_config.json names its base" : ""));
    }

    /// <summary>
    /// The files that a base needs beside config.json, in the order in which they are to be fetched: the weights, or the index of their files, come last, so that
    /// what a snapshot with weights in it lacks the hub does not have.
    /// </summary>
    /// <exception cref="InvalidDataException">The model is no base that can be read; the message says why.</exception>
    public IReadOnlyList<string> NeededFiles()
    {
        var vocabulary = VocabularyForm.Of(Files.Contains) ?? throw NotABase($"it has no vocabulary that can be read ({VocabularyForm.InWords})"
            + VocabularyForm.Remedy(Files.Contains, $"fetch the model for BaseModel.FromDirectory with hf download {Id} --local-dir DIRECTORY and "));
        return [.. vocabulary.Files, .. s_optional.Where(Files.Contains), Weights()];
    }

    private string Weights()
    {
        string[] readable = [ResolvedBase.WeightsName, ResolvedBase.IndexName];
        if (Array.Find(readable, Files.Contains) is { } weights) return weights;
        if (Array.Find(ResolvedBase.PickleNames, Files.Contains) is { } pickle)
            throw ResolvedBase.PickleOnly($"The model '{Id}' on the hub", pickle,
                "Convert it into a directory for BaseModel.FromDirectory: python -c \"from transformers import AutoModel, AutoTokenizer; "
                + $"AutoModel.from_pretrained('{Id}').save_pretrained('DIRECTORY', safe_serialization=True); "
                + $"AutoTokenizer.from_pretrained('{Id}').save_pretrained('DIRECTORY')\"");
        throw NotABase($"it has neither {ResolvedBase.WeightsName} nor {ResolvedBase.IndexName}");
    }

    /// <summary>The exception for a model that cannot be read.</summary>
    public InvalidDataException NotABase(string why) => new($"The model '{Id}' on the hub, commit {Commit}, is not a base model: {why}.");
}
