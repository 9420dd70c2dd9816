using System.Collections.Immutable;

namespace Microsoft.ML.Lora;

/// <summary>
/// A pre-trained encoder to adapt: which one, not its weights, which are read when training or scoring begins. A model that was fine-tuned is
/// saved with a reference to its base and never with the base itself.
/// </summary>
/// <remarks>
/// A base is a directory in Hugging Face layout: <c>config.json</c>, <c>model.safetensors</c> (or several files with
/// <c>model.safetensors.index.json</c>) and the tokenizer's files.
/// </remarks>
public abstract class BaseModel
{
    /// <summary>The name of the base that is used where none is chosen.</summary>
    public const string DefaultBundledName = "tiny-english";

    private static ImmutableArray<string> s_searchPath = BaseSearchPath.FromEnvironment(Environment.GetEnvironmentVariable);

    private protected BaseModel()
    {
    }

    /// <summary>The small English base that comes with this library: no download, quick on a CPU.</summary>
    public static BaseModel Bundled { get; } = new BundledBaseModel(DefaultBundledName);

    /// <summary>
    /// Directories that are searched for base models before any other place: when a saved model is loaded, and when a hub id is resolved. Each
    /// may be a base itself, or hold bases as <c>name</c> or <c>owner/name</c>, or be a Hugging Face cache.
    /// </summary>
    /// <remarks>
    /// <para>It is for the process as a whole and not an argument, because <c>mlContext.Model.Load</c> has no arguments to pass it in, and because
    /// a server loads its models from many threads (through a prediction engine pool) after one start-up that knows where files lie.
    /// Set it before loading; setting it is atomic.</para>
    /// <para>It begins with what the environment variable <c>MLNETLORA_BASE_PATH</c> lists (separated as in <c>PATH</c>), so a container or
    /// an administrator can point to the bases with no change to the program. A base found here is checked against the saved SHA-256 like any
    /// other.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">The list or an entry is null.</exception>
    /// <exception cref="ArgumentException">An entry is empty.</exception>
    public static IReadOnlyList<string> SearchPath
    {
        get => s_searchPath;
        set => ImmutableInterlocked.InterlockedExchange(ref s_searchPath, BaseSearchPath.Normalise(value));
    }

    /// <summary>A base that comes with this library.</summary>
    /// <param name="name">Its name, such as <c>tiny-english</c>.</param>
    /// <exception cref="ArgumentException">The name is empty or not a plain name.</exception>
    public static BaseModel FromBundle(string name) => new BundledBaseModel(name);

    /// <summary>A base in a directory in Hugging Face layout.</summary>
    /// <param name="path">The directory; relative to the current one. It is looked at when the base is first used.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static BaseModel FromDirectory(string path) => new DirectoryBaseModel(path);

    /// <summary>
    /// A base on the Hugging Face hub, taken from the local cache that Python's tools share. What the cache lacks is fetched when the base is first
    /// used; what it has is used without asking the hub for news, which <see cref="DownloadAsync"/> does.
    /// </summary>
    /// <remarks>The environment variables of Hugging Face's tools hold: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, and the system's
    /// for proxies.</remarks>
    /// <param name="id">Its id, such as <c>FacebookAI/roberta-base</c>.</param>
    /// <param name="revision">A branch, a tag or a commit; only a commit names the same files for ever.</param>
    /// <exception cref="ArgumentException">The id or the revision is not well-formed.</exception>
    public static BaseModel FromHub(string id, string revision = "main") => new HubBaseModel(id, revision);

    /// <summary>
    /// Brings a base from the Hugging Face hub into the local cache: only the files that are needed, each checked; an earlier download that broke off
    /// goes on. Afterwards <see cref="FromHub"/> opens no connection for it.
    /// </summary>
    /// <param name="id">Its id, such as <c>FacebookAI/roberta-base</c>.</param>
    /// <param name="revision">A branch, a tag or a commit; of a branch, the newest commit is fetched.</param>
    /// <param name="progress">Told how far the download has come, some times a second; null for nobody.</param>
    /// <param name="cancellationToken">Stops the download; what has come so far is kept for the next time.</param>
    /// <returns>The directory that holds the files, in Hugging Face layout.</returns>
    /// <exception cref="ArgumentException">The id or the revision is not well-formed.</exception>
    /// <exception cref="FileNotFoundException">The hub has no such model or revision, or HF_HUB_OFFLINE is set and the cache lacks it.</exception>
    /// <exception cref="UnauthorizedAccessException">The model is gated or the token is refused; the message says what to do.</exception>
    /// <exception cref="InvalidDataException">The model cannot be read by this library, or what is sent is not what the hub announced.</exception>
    /// <exception cref="IOException">The hub cannot be reached, failed time and again, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static async Task<string> DownloadAsync(
        string id, string revision = "main", IProgress<HubProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var resolved = await new HubBaseModel(id, revision).DownloadAsync(HubSettings.Current, progress, cancellationToken).ConfigureAwait(false);
        return resolved.Directory;
    }

    /// <summary>Makes a base of a text that a user gives, on a command line for example.</summary>
    /// <param name="text">The name of a bundled base, or else an existing directory, or else a hub id <c>owner/name</c>, to which
    /// <c>@revision</c> may be added.</param>
    /// <exception cref="ArgumentException">The text is none of the three; the message says what they look like.</exception>
    public static BaseModel Parse(string text) => BaseModelText.Parse(text);

    /// <summary>Finds the files; those of a base on the hub are fetched where the cache lacks them.</summary>
    /// <param name="progress">Told how far a download has come.</param>
    /// <param name="cancellation">Stops a download.</param>
    /// <exception cref="FileNotFoundException">The base or a file of it is not there; the message names every place looked at.</exception>
    /// <exception cref="InvalidDataException">The base is there but not in a form that can be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The hub does not let this user have it.</exception>
    /// <exception cref="IOException">The hub cannot be reached, or failed.</exception>
    internal abstract ResolvedBase Resolve(IProgress<HubProgress>? progress = null, CancellationToken cancellation = default);
}
