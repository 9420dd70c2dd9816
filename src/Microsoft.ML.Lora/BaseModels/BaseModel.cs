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

    /// <summary>A base on the Hugging Face hub, taken from the local cache that Python's tools share.</summary>
    /// <param name="id">Its id, such as <c>FacebookAI/roberta-base</c>.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <exception cref="ArgumentException">The id or the revision is not well-formed.</exception>
    public static BaseModel FromHub(string id, string revision = "main") => new HubBaseModel(id, revision);

    /// <summary>Makes a base of a text that a user gives, on a command line for example.</summary>
    /// <param name="text">The name of a bundled base, or else an existing directory, or else a hub id <c>owner/name</c>, to which
    /// <c>@revision</c> may be added.</param>
    /// <exception cref="ArgumentException">The text is none of the three; the message says what they look like.</exception>
    public static BaseModel Parse(string text) => BaseModelText.Parse(text);

    /// <summary>Finds the files.</summary>
    /// <exception cref="FileNotFoundException">The base or a file of it is not on this machine; the message names every place looked at.</exception>
    /// <exception cref="InvalidDataException">The base is there but not in a form that can be read.</exception>
    internal abstract ResolvedBase Resolve();
}
