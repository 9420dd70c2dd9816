using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

public sealed partial class LoraFineTuneTransformer
{
    /// <summary>
    /// Puts the adapter and the head on the Hugging Face hub, in one commit, as the PEFT directory that <see cref="SaveAdapter"/> writes, together with
    /// a model card. A card in the repository that was written by hand stays.
    /// </summary>
    /// <remarks>It takes a token that may write, in HF_TOKEN or as Python's <c>hf auth login</c> keeps it; HF_ENDPOINT and the system's settings for
    /// proxies hold.</remarks>
    /// <param name="repositoryId">The repository, as <c>owner/name</c>; made where there is none.</param>
    /// <param name="isPrivate">Whether a repository that is made is private; one that is there keeps what it is.</param>
    /// <param name="branch">The branch, which must be there unless it is main.</param>
    /// <param name="message">The commit's message; null for one that names the base model.</param>
    /// <param name="cancellationToken">Stops; nothing is committed then, unless the commit itself was under way.</param>
    /// <returns>The address of the commit's page.</returns>
    /// <exception cref="ArgumentException">The id is not of the form owner/name, or the branch is not well-formed.</exception>
    /// <exception cref="InvalidOperationException">There is no token, or HF_HUB_OFFLINE is set.</exception>
    /// <exception cref="FileNotFoundException">There is no such branch.</exception>
    /// <exception cref="UnauthorizedAccessException">The token is refused or may not write there.</exception>
    /// <exception cref="IOException">The hub cannot be reached, or failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Uri PushToHub(
        string repositoryId, bool isPrivate = false, string branch = "main", string? message = null, CancellationToken cancellationToken = default) =>
        PushToHub(HubSettings.Current, repositoryId, isPrivate, branch, message, cancellationToken);

    internal Uri PushToHub(HubSettings settings, string repositoryId, bool isPrivate, string branch, string? message, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(repositoryId);
        ArgumentException.ThrowIfNullOrWhiteSpace(branch);
        if (!HubId.IsId(repositoryId) || !repositoryId.Contains('/'))
            throw new ArgumentException($"'{repositoryId}' is not a repository on the Hugging Face hub; one looks like owner/name.", nameof(repositoryId));
        if (!HubId.IsRevision(branch) || HubId.IsCommit(branch)) throw new ArgumentException($"'{branch}' is not a branch.", nameof(branch));
        // A path of this machine is nobody's business: a base in a directory goes by the directory's name.
        var config = _classifier.PeftConfig() with { BaseModelNameOrPath = _classifier.BaseReference.Id };
        using var weights = new MemoryStream();
        using (Use()) SafetensorsWriter.Write(weights, PeftMapping.Tensors(_classifier.Adapter), SafetensorsWriter.PyTorchMetadata);
        var commit = new HubCommit(repositoryId, branch, message ?? $"LoRA adapter of {_classifier.BaseReference.Id}", isPrivate,
            [new(PeftAdapterConfig.FileName, config.ToUtf8()), new(PeftAdapterDirectory.WeightsFileName, weights.ToArray())],
            new(ModelCard.FileName, CardOf(repositoryId, config).ToUtf8()), ModelCard.Mark);
        return HubUpload.RunAsync(settings, commit, cancellation).GetAwaiter().GetResult();
    }

    private ModelCard CardOf(string repositoryId, PeftAdapterConfig config) => new()
    {
        Id = repositoryId,
        Base = _classifier.BaseReference,
        Adapter = config,
        Parameters = Parameters,
        Labels = _labels,
        ReadsPairs = _columns.Texts.Sentence2 != null,
        MaxLength = _classifier.MaxLength,
        Training = Training,
    };
}
