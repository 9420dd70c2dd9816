using System.Text;

namespace Microsoft.ML;

/// <summary>A model being read: one entry of the model zip, with the entries below it.</summary>
internal sealed class ModelLoadContext : IDisposable
{
    public const string ModelStreamName = "Model.key";

    private readonly ModelHeader _header;

    public readonly RepositoryReader Repository;
    public readonly string Directory;
    public readonly BinaryReader Reader;
    public readonly string[] Strings;
    public readonly string LoaderAssemblyName;

    internal ModelLoadContext(RepositoryReader rep, Repository.Entry ent, string dir)
    {
        Repository = rep;
        Directory = dir;
        Reader = new BinaryReader(ent.Stream, Encoding.UTF8, leaveOpen: true);
        _header = ModelHeader.Read(Reader);
        Strings = _header.Strings;
        LoaderAssemblyName = _header.LoaderAssemblyName;
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class =>
        Check.Decode(LoadModelOrNull<TRes, TSig>(env, out result, rep, dir, extra));

    public static bool LoadModelOrNull<TRes, TSig>(
        IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        result = null;
        using var entry = rep.OpenEntryOrNull(dir, ModelStreamName);
        if (entry == null)
            return false;
        using var context = new ModelLoadContext(rep, entry, dir);
        result = context.Create<TRes>(env, typeof(TSig), extra);
        Check.Decode(result != null, $"Couldn't load model: '{dir}'");
        return true;
    }

    public void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class =>
        LoadModel<TRes, TSig>(env, out result, Repository, Below(name), extra);

    public bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class =>
        LoadModelOrNull<TRes, TSig>(env, out result, Repository, Below(name), extra);

    public bool TryProcessSubModel(string dir, Action<ModelLoadContext> action)
    {
        using var entry = Repository.OpenEntryOrNull(Below(dir), ModelStreamName);
        if (entry == null)
            return false;
        using var context = new ModelLoadContext(Repository, entry, Below(dir));
        action(context);
        return true;
    }

    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action)
    {
        Check.NotEmpty(name, nameof(name));
        Check.NotNull(action, nameof(action));
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry == null)
            return false;
        using var reader = new BinaryReader(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(reader);
        return true;
    }

    public bool TryLoadTextStream(string name, Action<TextReader> action)
    {
        Check.NotEmpty(name, nameof(name));
        Check.NotNull(action, nameof(action));
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry == null)
            return false;
        using var reader = new StreamReader(entry.Stream);
        action(reader);
        return true;
    }

    public void CheckAtModel() => Check.State(ModelHeader.IsAtModel(Reader.BaseStream), "The model block has already been read from");

    public void CheckAtModel(VersionInfo ver)
    {
        CheckAtModel();
        CheckVersionInfo(ver);
    }

    public void CheckVersionInfo(VersionInfo ver) => _header.CheckVersion(ver);

    public string LoadStringOrNull()
    {
        var id = Reader.ReadInt32();
        Check.Decode(-1 <= id && id < Strings.Length);
        return id < 0 ? null : Strings[id];
    }

    public string LoadString()
    {
        var text = LoadStringOrNull();
        Check.Decode(text != null);
        return text;
    }

    public string LoadNonEmptyString()
    {
        var text = LoadString();
        Check.Decode(text.Length > 0);
        return text;
    }

    public void Dispose() => Reader.Dispose();

    private TRes Create<TRes>(IHostEnvironment env, Type signature, object[] extra)
        where TRes : class
    {
        if (!string.IsNullOrEmpty(LoaderAssemblyName))
            env.ComponentCatalog.RegisterAssembly(LoaderAssemblies.Load(LoaderAssemblyName));
        foreach (var loader in new[] { _header.LoaderSignature, _header.LoaderSignatureAlt })
        {
            if (loader.Length > 0 && env.ComponentCatalog.TryCreate(env, signature, loader, [this, .. extra], out var created))
                return created as TRes;
        }
        return null;
    }

    private string Below(string name) => string.IsNullOrEmpty(Directory) ? name : $"{Directory}/{name}";
}
